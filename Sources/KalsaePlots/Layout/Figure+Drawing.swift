import KalsaeSupport

extension Figure {
    /// The figure as elements at a size in pixels.
    ///
    /// - Throws: a `KalsaeError` for lists of different lengths, for axes that end before they
    ///   begin, and for sizes below 80 x 60 or over 16,384.
    public func drawing(width: Double, height: Double) throws(KalsaeError) -> Drawing {
        guard (80...16_384).contains(width), (60...16_384).contains(height) else {
            throw KalsaeError(
                "figure", expected: "80 x 60 to 16384 x 16384 pixels", got: "\(width) x \(height)")
        }
        return try drawing(width: width, height: height, metrics: .page)
    }

    package func drawing(
        width: Double, height: Double, metrics: Metrics
    ) throws(KalsaeError) -> Drawing {
        let contents = try checkedContents()
        let needs = contents.map { $0.map(\.needs) }
        var drawing = Drawing(
            width: width, height: height,
            title: title.isEmpty ? "Figure" : title.label(most: 500),
            summary: summary.isEmpty ? written(contents) : summary.label(most: 2000), theme: theme,
            elements: [])
        let margin = metrics.isCells ? 0.0 : 10
        var area = Drawing.Rectangle(
            x: margin, y: margin, width: width - 2 * margin, height: height - 2 * margin)
        if !title.isEmpty {
            let line = metrics.lineHeight(metrics.titleSize)
            let text = metrics.fitted(
                title.label(), width: area.width, size: metrics.titleSize, isBold: true)
            drawing.elements.append(
                .text(
                    Drawing.Label(
                        text, at: Drawing.Point(area.middle.x, area.y + line / 2),
                        size: metrics.titleSize, color: theme.ink, anchor: .middle, isBold: true)))
            let used = line + (metrics.isCells ? 0 : metrics.gap)
            area = Drawing.Rectangle(
                x: area.x, y: area.y + used, width: area.width, height: area.height - used)
        }
        // Whether there are notes is known when all is drawn.
        var (elements, notes) = drawnPanels(contents, needs, in: area, metrics)
        if !notes.isEmpty {
            let line = metrics.lineHeight(metrics.tickSize)
            area = Drawing.Rectangle(
                x: area.x, y: area.y, width: area.width, height: area.height - line)
            (elements, notes) = drawnPanels(contents, needs, in: area, metrics)
            let text = metrics.fitted(
                notes.joined(separator: "; "), width: area.width, size: metrics.tickSize)
            elements.append(
                .text(
                    Drawing.Label(
                        text, at: Drawing.Point(area.x, area.maxY + line / 2),
                        size: metrics.tickSize, color: theme.muted)))
        }
        drawing.elements += elements
        return drawing
    }

    private func drawnPanels(
        _ contents: [[any MarkContent]], _ needs: [[MarkNeeds]], in area: Drawing.Rectangle,
        _ metrics: Metrics
    ) -> ([Drawing.Element], [String]) {
        var elements: [Drawing.Element] = []
        var notes: [String] = []
        let columns = max(
            1,
            min(self.columns ?? Int(Double(panels.count).squareRoot().rounded(.up)), panels.count))
        let rows = max(1, (panels.count + columns - 1) / columns)
        let gap = metrics.isCells ? Drawing.Point(4, 0) : Drawing.Point(18, 14)
        var size = Drawing.Point(
            (area.width - gap.x * Double(columns - 1)) / Double(columns),
            (area.height - gap.y * Double(rows - 1)) / Double(rows))
        if metrics.isCells {
            size = Drawing.Point(
                (size.x / 2).rounded(.down) * 2, (size.y / 4).rounded(.down) * 4)
        }
        for (index, panel) in panels.enumerated() {
            let layout = PanelLayout(
                panel: panel, contents: contents[index], needs: needs[index],
                area: Drawing.Rectangle(
                    x: area.x + Double(index % columns) * (size.x + gap.x),
                    y: area.y + Double(index / columns) * (size.y + gap.y), width: size.x,
                    height: size.y),
                legend: legend, legendTitle: legendTitle ?? "", theme: theme, metrics: metrics)
            let drawn = layout.elements()
            elements += drawn.elements
            for note in drawn.notes where !notes.contains(note) { notes.append(note) }
        }
        return (elements, notes)
    }

    /// What the figure shows in a sentence.
    private func written(_ contents: [[any MarkContent]]) -> String {
        var parts: [String] = []
        for (panel, marks) in zip(panels, contents) {
            var text = marks.prefix(12).map(\.summary).joined(separator: ", ")
            if marks.count > 12 { text += " and \(marks.count - 12) more" }
            if !panel.title.isEmpty { text = "\(panel.title.label(most: 80)): \(text)" }
            let axes = [("x", panel.x), ("y", panel.y)].filter { !$0.1.label.isEmpty }.map {
                "\($0.0) is \($0.1.label.label(most: 80))\($0.1.scale == .log ? " (logarithmic)" : "")"
            }
            parts.append(([text] + axes).filter { !$0.isEmpty }.joined(separator: "; "))
        }
        return parts.joined(separator: ". ")
    }
}
