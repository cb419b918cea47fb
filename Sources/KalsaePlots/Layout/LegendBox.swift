/// The names of series with samples of their looks.
struct LegendBox {
    private let entries: [LegendEntry]
    private let texts: [String]
    /// Above the entries; empty for nothing.
    private let title: String
    let size: Drawing.Point
    /// Whether a name does not stand whole.
    let isCut: Bool
    private let theme: Theme
    private let metrics: Metrics
    private let line: Double
    private let sample: Double
    private let padding: Double

    /// A box in an area, of whose width words may have a share.
    init(
        title: String = "", entries: [LegendEntry], most area: Drawing.Rectangle,
        share: Double = 0.3, theme: Theme, metrics: Metrics
    ) {
        (self.theme, self.metrics) = (theme, metrics)
        line = metrics.lineHeight(metrics.labelSize)
        sample = metrics.isCells ? 8 : 22
        padding = metrics.isCells ? 0 : 6
        self.title =
            entries.isEmpty
            ? "" : metrics.fitted(title.label(), width: area.width * share, size: metrics.labelSize)
        let head = self.title.isEmpty ? 0.0 : 1
        let most = max(1, Int((area.height * 0.8 - 2 * padding) / line - head))
        let shown = entries.count > most ? max(0, most - 1) : entries.count
        self.entries = Array(entries.prefix(shown))
        let names = self.entries.map { $0.name.label(most: 100) }
        var texts = names.map {
            metrics.fitted($0, width: area.width * share, size: metrics.labelSize)
        }
        isCut = texts != names
        if shown < entries.count { texts.append("+ \(NumberText.count(entries.count - shown))") }
        self.texts = texts
        let words = texts.map { metrics.width($0, size: metrics.labelSize) }.max() ?? 0
        size = Drawing.Point(
            2 * padding
                + max(
                    sample + metrics.gap * (metrics.isCells ? 0 : 1) + words,
                    metrics.width(self.title, size: metrics.labelSize)),
            2 * padding + (Double(texts.count) + head) * line)
    }

    var isEmpty: Bool { texts.isEmpty }

    /// Where the box may stand in a frame: upper right, upper left, lower right, lower left; where it must
    /// stand inside, also half-way up.
    func corners(of frame: Drawing.Rectangle, isForced: Bool) -> [Drawing.Point] {
        let margin = Drawing.Point(metrics.isCells ? 2 : 8, metrics.isCells ? 0 : 8)
        let left = frame.x + margin.x
        let right = max(left, frame.maxX - margin.x - size.x)
        let top = frame.y + margin.y
        let bottom = max(top, frame.maxY - margin.y - size.y)
        let heights = isForced ? [top, bottom, (top + bottom) / 2] : [top, bottom]
        return heights.flatMap { [Drawing.Point(right, $0), Drawing.Point(left, $0)] }
    }

    func draw(at corner: Drawing.Point, hasGround: Bool, in context: inout PanelContext) {
        if hasGround, !metrics.isCells {
            context.add(
                .rectangle(
                    Drawing.Rectangle(x: corner.x, y: corner.y, width: size.x, height: size.y),
                    fill: theme.panel.with(alpha: 225), stroke: Drawing.Stroke(theme.grid)))
        }
        let head = title.isEmpty ? 0.0 : 1
        context.addText(
            title, at: Drawing.Point(corner.x + padding, corner.y + padding + line / 2),
            size: metrics.labelSize, color: theme.muted)
        for (index, text) in texts.enumerated() {
            let y = corner.y + padding + (Double(index) + head + 0.5) * line
            let x = corner.x + padding
            if index < entries.count { drawSample(entries[index].sample, x, y, in: &context) }
            context.addText(
                text,
                at: Drawing.Point(x + sample + (metrics.isCells ? 0 : metrics.gap), y),
                size: metrics.labelSize)
        }
    }

    private func drawSample(
        _ kind: LegendEntry.Sample, _ x: Double, _ y: Double, in context: inout PanelContext
    ) {
        let width = metrics.isCells ? 6 : sample
        switch kind {
        case .line(let stroke):
            let at = metrics.isCells ? y + 0.4 : y
            context.add(
                .polyline([Drawing.Point(x, at), Drawing.Point(x + width - 0.1, at)], stroke))
        case .disk(let color):
            let disk = Drawing.Disk(
                Drawing.Point(x + width / 2, y), radius: metrics.isCells ? 1 : 4)
            context.add(.disks([disk], fill: color, stroke: nil))
        case .swatch(let color):
            let high = metrics.isCells ? 4.0 : 11
            let area = Drawing.Rectangle(
                x: x + (metrics.isCells ? 0 : 4), y: y - high / 2,
                width: metrics.isCells ? 4 : 14, height: high)
            context.add(.rectangle(area, fill: color, stroke: nil))
        }
    }
}

/// What of a drawing lies in a rectangle.
enum Obstacles {
    /// Pieces of lines that words count as.
    private static let word = 50

    /// The number of pieces of marks inside.
    static func count(
        of elements: some Sequence<Drawing.Element>, in area: Drawing.Rectangle, metrics: Metrics
    ) -> Int {
        var count = 0
        for element in elements {
            switch element {
            case .polyline(let points, _): count += crossings(points, area)
            case .polygon(let points, _): count += points.count(where: area.contains)
            case .disks(let disks, _, _): count += disks.count { area.contains($0.center) }
            case .rectangle(let other, _, _), .image(let other, _):
                if other.overlaps(area) { count += 1 }
            case .text(let label): if metrics.bounds(of: label).overlaps(area) { count += word }
            case .rule, .clip, .endClip: break
            }
        }
        return count
    }

    /// The number of stretches of a line, 4 units each, that are inside.
    private static func crossings(_ points: [Drawing.Point], _ area: Drawing.Rectangle) -> Int {
        var count = 0
        for (a, b) in zip(points, points.dropFirst()) {
            if max(a.x, b.x) < area.x || min(a.x, b.x) > area.maxX { continue }
            let length = max(abs(b.x - a.x), abs(b.y - a.y))
            let steps = min(max(1, Int(length / 4)), 400)
            for step in 0...steps {
                let share = Double(step) / Double(steps)
                let point = Drawing.Point(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share)
                if area.contains(point) { count += 1 }
            }
        }
        return count
    }
}

extension Drawing.Rectangle {
    fileprivate func overlaps(_ other: Drawing.Rectangle) -> Bool {
        x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
    }
}

extension Metrics {
    /// What upright words cover.
    fileprivate func bounds(of label: Drawing.Label) -> Drawing.Rectangle {
        let (width, height) = (width(label.text, size: label.size), lineHeight(label.size))
        let share =
            switch label.anchor {
            case .start: 0.0
            case .middle: 0.5
            case .end: 1.0
            }
        return Drawing.Rectangle(
            x: label.point.x - share * width, y: label.point.y - height / 2, width: width,
            height: height)
    }
}
