/// The frame of a panel between its titles and labels.
struct PanelMargins {
    let layout: PanelLayout
    let legendWidth: Double
    let x: AxisMap
    let y: AxisMap
    private(set) var frame: Drawing.Rectangle
    private(set) var xLabels = AxisLabels()
    private(set) var yLabels = AxisLabels()
    private var metrics: Metrics { layout.metrics }

    init(layout: PanelLayout, legendWidth: Double) {
        self.layout = layout
        self.legendWidth = legendWidth
        x = layout.needs.xMap(layout.panel.x)
        y = layout.needs.yMap(layout.panel.y)
        frame = layout.area
    }

    /// What a reader has to be told of the axes.
    var notes: [String] {
        guard !layout.needs.isBare else { return [] }
        var notes: [String] = []
        for (axis, extent) in [(layout.panel.x, layout.needs.x), (layout.panel.y, layout.needs.y)]
        where axis.scale == .log && !extent.isEmpty && extent.low <= 0 {
            let only = extent.high <= 0 ? "all" : "some"
            notes.append("\(only) values are 0 or less, not drawn on a logarithmic axis")
        }
        for labels in [xLabels, yLabels] {
            guard let (written, all) = labels.writtenOf else { continue }
            notes.append(
                "\(NumberText.count(written)) of \(NumberText.count(all)) names written")
        }
        return notes
    }

    /// Margins depend on words, words on the space for them: three rounds settle both.
    mutating func fit() {
        let (area, needs) = (layout.area, layout.needs)
        var top = 0.0
        let label = metrics.lineHeight(metrics.labelSize)
        if !layout.panel.title.isEmpty { top += label + (metrics.isCells ? 0 : metrics.gap / 2) }
        if metrics.isCells, !needs.isBare, !layout.panel.y.label.isEmpty { top += label }
        var right = legendWidth > 0 ? legendWidth + metrics.gap : 0
        if let bar = layout.bar { right += ColorBarBox.width(bar, metrics) }
        if needs.isBare {
            frame = Drawing.Rectangle(
                x: area.x, y: area.y + top, width: area.width - right, height: area.height - top)
            return
        }
        let line = metrics.lineHeight(metrics.tickSize)
        if !metrics.isCells { top += line / 2 }
        var left = metrics.isCells ? 12.0 : 50
        var bottom = metrics.isCells ? 8.0 : 40
        var overhang = 0.0
        for _ in 0..<3 {
            frame = inside(left: left, top: top, right: right + overhang, bottom: bottom)
            yLabels = labels(isLevel: false, length: frame.height, most: area.width * 0.3)
            let steep = sine(degrees: AxisLabels.slant)
            xLabels = labels(isLevel: true, length: frame.width, most: area.height * 0.3 / steep)

            let tick = metrics.isCells ? 2 : metrics.tickLength + metrics.gap * 0.5
            left = yLabels.widest + tick + (metrics.isCells ? 0 : metrics.gap * 0.5)
            if !metrics.isCells, !layout.panel.y.label.isEmpty { left += label + metrics.gap * 0.5 }
            let words = xLabels.angle == 0 ? line : xLabels.widest * steep + line * 0.8
            bottom = (metrics.isCells ? 4 : tick) + words
            if !layout.panel.x.label.isEmpty { bottom += label + (metrics.isCells ? 0 : 2) }
            overhang = metrics.isCells ? 0 : metrics.gap
            for item in xLabels.items {
                let at = item.position * frame.width
                if xLabels.angle == 0 {
                    left = max(left, item.width / 2 - at)
                    overhang = max(overhang, at + item.width / 2 - frame.width)
                } else {
                    left = max(left, item.width * cosine(degrees: AxisLabels.slant) - at + 2)
                }
            }
            if metrics.isCells {
                left = (left / 2).rounded(.up) * 2
                overhang = (overhang / 2).rounded(.up) * 2
            }
        }
        frame = inside(left: left, top: top, right: right + overhang, bottom: bottom)
    }

    /// What margins leave of the area, but never less than a part of it.
    private func inside(
        left: Double, top: Double, right: Double, bottom: Double
    ) -> Drawing.Rectangle {
        let area = layout.area
        var width = max(area.width - left - right, area.width * 0.2)
        var height = max(area.height - top - bottom, area.height * 0.2)
        if metrics.isCells {
            width = whole(width, cell: 2, parts: layout.needs.xNames?.count)
            height = whole(height, cell: 4, parts: layout.needs.yNames?.count)
        }
        return Drawing.Rectangle(
            x: min(area.x + left, area.maxX - width), y: min(area.y + top, area.maxY - height),
            width: width, height: height)
    }

    /// Whole cells of a terminal, as many for each row of a table of names as for the others.
    private func whole(_ length: Double, cell: Double, parts: Int?) -> Double {
        var step = cell
        if let parts, parts > 0, layout.needs.fillsFrame, Double(parts) * cell <= length {
            step *= Double(parts)
        }
        return max(cell, (length / step).rounded(.down) * step)
    }

    private func labels(isLevel: Bool, length: Double, most: Double) -> AxisLabels {
        let needs = layout.needs
        let map = isLevel ? x : y
        if let names = isLevel ? needs.xNames : needs.yNames {
            return .names(
                names, map: map, length: length, most: most, isLevel: isLevel, metrics: metrics)
        }
        let extent = isLevel ? needs.x : needs.y
        let axis = isLevel ? layout.panel.x : layout.panel.y
        return .numbers(
            map, length: length, isLevel: isLevel,
            wholeOnly: axis.isWhole ?? (extent.isWhole && !extent.isEmpty), metrics: metrics)
    }

    /// Where a position of the vertical axis is.
    func height(_ position: Double) -> Double {
        frame.y + (layout.needs.isDown ? position : 1 - position) * frame.height
    }
}
