extension PanelMargins {
    /// The ground and the grid.
    func drawBack(in context: inout PanelContext) {
        let (theme, metrics, needs) = (layout.theme, layout.metrics, layout.needs)
        guard !metrics.isCells else { return }
        if theme.panel != theme.background {
            context.add(
                .rectangle(needs.isBare ? layout.area : frame, fill: theme.panel, stroke: nil))
        }
        guard !needs.isBare, !needs.fillsFrame else { return }
        let stroke = Drawing.Stroke(theme.grid, width: 1)
        if needs.xNames == nil {
            for item in xLabels.items where !item.text.isEmpty {
                let at = frame.x + item.position * frame.width
                context.add(
                    .rule(Drawing.Point(at, frame.y), Drawing.Point(at, frame.maxY), stroke))
            }
        }
        for item in yLabels.items where !item.text.isEmpty && needs.yNames == nil {
            let at = height(item.position)
            context.add(.rule(Drawing.Point(frame.x, at), Drawing.Point(frame.maxX, at), stroke))
        }
    }

    /// Axes, ticks, words around the frame and the scale of colors.
    func drawFront(in context: inout PanelContext) {
        let (area, theme, metrics) = (layout.area, layout.theme, layout.metrics)
        let label = metrics.lineHeight(metrics.labelSize)
        var top = area.y
        if !layout.panel.title.isEmpty {
            let text = metrics.fitted(
                layout.panel.title.label(), width: area.width, size: metrics.labelSize, isBold: true
            )
            let middle = layout.needs.isBare ? area.middle.x : frame.middle.x
            let half = metrics.width(text, size: metrics.labelSize, isBold: true) / 2
            let at = min(max(middle, area.x + half), area.maxX - half)
            context.addText(
                text, at: Drawing.Point(at, top + label / 2), size: metrics.labelSize,
                anchor: .middle, isBold: true)
            top += label
        }
        if let bar = layout.bar {
            ColorBarBox(
                bar: bar, frame: frame,
                right: area.maxX - (legendWidth > 0 ? legendWidth + metrics.gap : 0)
            )
            .draw(in: &context)
        }
        guard !layout.needs.isBare else { return }
        drawAxes(in: &context)
        let y = layout.panel.y.label.label()
        if metrics.isCells {
            let text = metrics.fitted(y, width: area.width, size: metrics.labelSize)
            context.addText(text, at: Drawing.Point(area.x, top + 2))
        } else {
            let text = metrics.fitted(y, width: area.height, size: metrics.labelSize)
            let half = metrics.width(text, size: metrics.labelSize) / 2
            let at = min(max(frame.middle.y, area.y + half), area.maxY - half)
            context.addText(
                text, at: Drawing.Point(area.x + label / 2, at), size: metrics.labelSize,
                anchor: .middle, angle: -90)
        }
        let x = metrics.fitted(
            layout.panel.x.label.label(), width: area.width, size: metrics.labelSize)
        let half = metrics.width(x, size: metrics.labelSize) / 2
        let at = min(max(frame.middle.x, area.x + half), area.maxX - half)
        context.addText(
            x, at: Drawing.Point(at, area.maxY - label / 2), size: metrics.labelSize,
            color: theme.ink, anchor: .middle)
    }

    private func drawAxes(in context: inout PanelContext) {
        let (theme, metrics) = (layout.theme, layout.metrics)
        let stroke = Drawing.Stroke(theme.axis, width: 1)
        let (left, bottom) = (frame.x - metrics.axisOffset.x, frame.maxY + metrics.axisOffset.y)
        context.add(.rule(Drawing.Point(left, frame.y), Drawing.Point(left, bottom), stroke))
        context.add(.rule(Drawing.Point(left, bottom), Drawing.Point(frame.maxX, bottom), stroke))
        let line = metrics.lineHeight(metrics.tickSize)
        for item in yLabels.items {
            let at = height(item.position)
            let isMinor = item.text.isEmpty
            if isMinor, metrics.isCells || layout.needs.yNames != nil { continue }
            let length = metrics.tickLength * (isMinor ? 0.6 : 1)
            // In a terminal, the tick belongs to the row where the line would be.
            let tick = metrics.isCells ? min(max(at, frame.y + 1), frame.maxY - 1) : at
            context.add(
                .rule(Drawing.Point(left, tick), Drawing.Point(left - length, tick), stroke))
            context.addText(
                item.text,
                at: Drawing.Point(
                    metrics.isCells ? left - 1 : left - length - metrics.gap * 0.5, tick),
                color: theme.muted, anchor: .end)
        }
        for item in xLabels.items {
            let at = frame.x + item.position * frame.width
            let isMinor = item.text.isEmpty
            if isMinor, metrics.isCells || layout.needs.xNames != nil { continue }
            let length = metrics.tickLength * (isMinor ? 0.6 : 1)
            let tick = metrics.isCells ? min(max(at, frame.x), frame.maxX - 1) : at
            context.add(
                .rule(Drawing.Point(tick, bottom), Drawing.Point(tick, bottom + length), stroke))
            let below = metrics.isCells ? bottom + 2 : bottom + length + metrics.gap * 0.4
            let isSlanted = xLabels.angle != 0
            context.addText(
                item.text,
                at: Drawing.Point(
                    isSlanted ? tick + 2 : tick, below + (isSlanted ? line * 0.3 : line / 2)),
                color: theme.muted, anchor: isSlanted ? .end : .middle, angle: xLabels.angle)
        }
    }
}
