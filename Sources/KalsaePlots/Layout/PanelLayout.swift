/// A panel at its size: margins by the widths of words, the marks between the axes, and what
/// stands around them.
struct PanelLayout {
    let panel: Panel
    let contents: [any MarkContent]
    /// What all marks ask together.
    let needs: MarkNeeds
    let theme: Theme
    let metrics: Metrics
    /// All that the panel may cover.
    let area: Drawing.Rectangle
    let legend: Legend
    let legendTitle: String
    let entries: [LegendEntry]
    let bar: ColorBar?
    /// The index of the first color of each mark.
    private let firstColors: [Int]

    init(
        panel: Panel, contents: [any MarkContent], needs: [MarkNeeds], area: Drawing.Rectangle,
        legend: Legend, legendTitle: String = "", theme: Theme, metrics: Metrics
    ) {
        self.panel = panel
        self.contents = contents
        self.needs = MarkNeeds(needs)
        self.area = area
        (self.legend, self.legendTitle) = (legend, legendTitle)
        (self.theme, self.metrics) = (theme, metrics)
        var firsts: [Int] = []
        var entries: [LegendEntry] = []
        var next = 0
        for content in contents {
            firsts.append(next)
            entries += content.legend(first: next, theme: theme)
            next += content.colorCount
        }
        firstColors = firsts
        self.entries = entries
        bar = contents.lazy.compactMap { $0.colorBar(theme: theme) }.first
    }

    /// What is drawn, and what a reader has to be told.
    func elements() -> (elements: [Drawing.Element], notes: [String]) {
        let isCrowded = needs.fillsFrame || entries.count > 8
        let goesRight = legend == .right || legend == .automatic && isCrowded
        let box = LegendBox(
            title: legendTitle,
            entries: legend == .none ? [] : entries, most: area, theme: theme, metrics: metrics)
        // Names are cut only where whole ones would hide something.
        if box.isCut, !goesRight {
            let whole = LegendBox(
                title: legendTitle, entries: entries, most: area, share: 0.6, theme: theme,
                metrics: metrics)
            let result = drawn(whole, isRight: false, isForced: true)
            if result.hidden == 0, whole.size.x <= result.context.frame.width * 0.9 {
                return (result.context.elements, result.context.notes)
            }
        }
        // In a corner, unless something would be hidden there that need not be.
        let isForced = legend == .inside || box.size.x > area.width * 0.4
        var result = drawn(box, isRight: box.isEmpty || goesRight, isForced: isForced)
        if result.hidden > 0, !isForced {
            result = drawn(box, isRight: true, isForced: false)
        }
        return (result.context.elements, result.context.notes)
    }

    /// The panel with its legend, and how many pieces of marks that hides.
    private func drawn(
        _ box: LegendBox, isRight: Bool, isForced: Bool
    ) -> (context: PanelContext, hidden: Int) {
        var margins = PanelMargins(
            layout: self, legendWidth: isRight && !box.isEmpty ? box.size.x : 0)
        margins.fit()
        let frame = margins.frame
        var context = PanelContext(
            frame: frame, x: margins.x, y: margins.y, isDown: needs.isDown, theme: theme,
            metrics: metrics)
        margins.drawBack(in: &context)
        context.add(.clip(frame))
        let back = context.elements.count
        for (content, first) in zip(contents, firstColors) {
            context.firstColor = first
            content.draw(in: &context)
        }
        let marks = context.elements[back...]
        context.add(.endClip)
        margins.drawFront(in: &context)
        context.notes += margins.notes
        var hidden = 0
        if !box.isEmpty {
            if isRight {
                let x = area.maxX - box.size.x
                box.draw(at: Drawing.Point(x, frame.y), hasGround: false, in: &context)
            } else {
                let corners = box.corners(of: frame, isForced: isForced)
                let counts = corners.map {
                    Obstacles.count(
                        of: marks,
                        in: Drawing.Rectangle(
                            x: $0.x, y: $0.y, width: box.size.x, height: box.size.y),
                        metrics: metrics)
                }
                let best = counts.indices.min { counts[$0] < counts[$1] } ?? 0
                hidden = counts[best]
                box.draw(at: corners[best], hasGround: true, in: &context)
            }
        }
        return (context, hidden)
    }
}

extension MarkNeeds {
    /// What several marks ask together. Where one reaches to the edges, it decides where they are.
    init(_ all: [MarkNeeds]) {
        let fillers = all.filter(\.fillsFrame)
        for one in fillers.isEmpty ? all : fillers {
            x.include(one.x)
            y.include(one.y)
        }
        for one in all {
            if (one.xNames?.count ?? -1) > (xNames?.count ?? -1) { xNames = one.xNames }
            if (one.yNames?.count ?? -1) > (yNames?.count ?? -1) { yNames = one.yNames }
        }
        standsOnZero = all.contains(where: \.standsOnZero)
        fillsFrame = !fillers.isEmpty
        isDown = all.contains(where: \.isDown)
        isBare = all.contains(where: \.isBare)
    }

    func xMap(_ axis: Axis) -> AxisMap {
        if let xNames { return Self.map(names: xNames.count) }
        return x.map(axis, margin: fillsFrame ? 0 : 0.03)
    }

    func yMap(_ axis: Axis) -> AxisMap {
        if let yNames { return Self.map(names: yNames.count) }
        var extent = y
        guard standsOnZero, axis.scale == .linear else {
            return extent.map(axis, margin: fillsFrame ? 0 : 0.05)
        }
        extent.include(0)
        let map = extent.map(axis, margin: 0.06)
        // Bars stand on the axis itself.
        let low = extent.low == 0 && axis.low == nil && extent.high > 0 ? 0 : map.low
        let high = extent.high == 0 && axis.high == nil && extent.low < 0 ? 0 : map.high
        return AxisMap(scale: .linear, low: low, high: high)
    }

    private static func map(names count: Int) -> AxisMap {
        AxisMap(scale: .linear, low: -0.5, high: Double(max(1, count)) - 0.5)
    }
}
