/// The scale of colors at the right of a frame.
struct ColorBarBox {
    let bar: ColorBar
    let frame: Drawing.Rectangle
    /// Where the box ends.
    let right: Double

    static func width(_ bar: ColorBar, _ metrics: Metrics) -> Double {
        let words = ticks(bar, 5).map { metrics.width($0.label, size: metrics.tickSize) }.max() ?? 0
        if metrics.isCells {
            return words + 8
        }
        let label = bar.label.isEmpty ? 0 : metrics.lineHeight(metrics.labelSize)
        return words + metrics.gap * 2 + 12 + 8 + label
    }

    private static func ticks(_ bar: ColorBar, _ count: Int) -> [Tick] {
        Ticks.along(bar.range, count: count, wholeOnly: bar.isWhole).filter {
            let position = bar.range.position($0.value)
            return $0.isMajor && position > -1e-6 && position < 1 + 1e-6
        }
    }

    func draw(in context: inout PanelContext) {
        let metrics = context.metrics
        let start = right - Self.width(bar, metrics) + metrics.gap * (metrics.isCells ? 1 : 2)
        let width = metrics.isCells ? 2.0 : 12
        let area = Drawing.Rectangle(x: start, y: frame.y, width: width, height: frame.height)
        let steps = max(1, min(64, bar.colors.count))
        var pixels = Drawing.Pixels(width: 1, height: steps, color: .clear)
        for step in 0..<steps {
            let index = (steps - 1 - step) * (bar.colors.count - 1) / max(1, steps - 1)
            pixels[0, step] = bar.colors[index]
        }
        context.add(.image(area, pixels))
        let line = metrics.lineHeight(metrics.tickSize)
        let count = min(5, Int(frame.height / line))
        for tick in count >= 2 ? Self.ticks(bar, count) : [] {
            let y = frame.y + (1 - bar.range.position(tick.value)) * frame.height
            if !metrics.isCells {
                context.add(
                    .rule(
                        Drawing.Point(area.maxX, y), Drawing.Point(area.maxX + 3, y),
                        Drawing.Stroke(context.theme.axis, width: 1)))
            }
            let at = metrics.isCells ? min(max(y, frame.y + 1), frame.maxY - 1) : y
            context.addText(
                tick.label, at: Drawing.Point(area.maxX + (metrics.isCells ? 2 : 6), at),
                color: context.theme.muted)
        }
        guard !metrics.isCells, !bar.label.isEmpty else { return }
        let text = metrics.fitted(
            bar.label.label(), width: frame.height, size: metrics.labelSize)
        context.addText(
            text,
            at: Drawing.Point(
                right - metrics.lineHeight(metrics.labelSize) / 2, frame.middle.y),
            size: metrics.labelSize, anchor: .middle, angle: -90)
    }
}
