/// The ticks of one axis of a panel with words that do not run into each other.
struct AxisLabels {
    struct Item {
        /// 0 at the low end of the axis, 1 at the high one.
        var position: Double
        /// Empty for a minor tick.
        var text: String
        var width: Double
    }

    var items: [Item] = []
    /// Degrees; 0 for level words.
    var angle = 0.0
    /// How many of all names are written, where some are not.
    var writtenOf: (Int, Int)?

    var widest: Double { items.map(\.width).max() ?? 0 }

    static var slant: Double { 40 }

    /// The ticks of numbers along `length` units.
    static func numbers(
        _ map: AxisMap, length: Double, isLevel: Bool, wholeOnly: Bool, metrics: Metrics
    ) -> AxisLabels {
        let size = metrics.tickSize
        let line = metrics.lineHeight(size)
        let wanted =
            isLevel
            ? length / (metrics.isCells ? 20 : 74) : length / (line * (metrics.isCells ? 2.5 : 2.4))
        var labels = AxisLabels()
        var count = max(2, min(12, Int(wanted)))
        while true {
            let ticks = Ticks.along(map, count: count, wholeOnly: wholeOnly)
            labels.items = ticks.compactMap { tick in
                let position = map.position(tick.value)
                guard position > -1e-6, position < 1 + 1e-6 else { return nil }
                return Item(
                    position: position, text: tick.label,
                    width: metrics.width(tick.label, size: size))
            }
            if labels.fits(length, isLevel: isLevel, metrics: metrics) { return labels }
            guard count > 2 else { break }
            count -= 1
        }
        labels.thin(length, isLevel: isLevel, metrics: metrics)
        return labels
    }

    /// The names at 0, 1, … along `length` units; at the horizontal axis they slant where they are
    /// too wide for level ones.
    static func names(
        _ names: [String], map: AxisMap, length: Double, most: Double, isLevel: Bool,
        metrics: Metrics
    ) -> AxisLabels {
        var labels = AxisLabels()
        let size = metrics.tickSize
        let line = metrics.lineHeight(size)
        let slot = length / Double(max(1, names.count))
        // Only those that can be seen at all are looked at.
        let first = max(
            1, Int((line * (metrics.isCells ? 1 : 1.05) / max(slot, 1e-9)).rounded(.up)))
        func items(_ stride: Int, _ width: Double) -> [Item] {
            Swift.stride(from: 0, to: names.count, by: stride).map { index in
                let text = metrics.fitted(
                    names[index].label(most: 100), width: width, size: size)
                return Item(
                    position: map.position(Double(index)), text: text,
                    width: metrics.width(text, size: size))
            }
        }
        var stride = first
        if !isLevel {
            labels.items = items(stride, most)
        } else {
            labels.items = items(metrics.isCells ? 1 : first, length * 0.5)
            let isNarrow = first == 1 && labels.widest + metrics.gap <= slot
            if isNarrow {
                stride = 1
            } else if metrics.isCells {
                let width = min(labels.widest, max(slot - 2, 16))
                stride = max(1, Int(((width + 2) / max(slot, 1e-9)).rounded(.up)))
                labels.items = items(stride, width)
            } else {
                labels.angle = -slant
                labels.items = items(stride, most)
            }
        }
        labels.items = labels.items.filter { $0.position.isFinite }
        if labels.items.count < names.count {
            labels.writtenOf = (labels.items.count, names.count)
        }
        return labels
    }

    private func fits(_ length: Double, isLevel: Bool, metrics: Metrics) -> Bool {
        let shown = items.filter { !$0.text.isEmpty }.sorted { $0.position < $1.position }
        let line = metrics.lineHeight(metrics.tickSize)
        for (a, b) in zip(shown, shown.dropFirst()) {
            let distance = (b.position - a.position) * length
            let needed = isLevel ? (a.width + b.width) / 2 + metrics.gap : line
            if distance < needed { return false }
        }
        return true
    }

    /// Takes away words that run into the one before.
    private mutating func thin(_ length: Double, isLevel: Bool, metrics: Metrics) {
        let line = metrics.lineHeight(metrics.tickSize)
        var end = -Double.infinity
        for index in items.indices where !items[index].text.isEmpty {
            let item = items[index]
            let half = isLevel ? item.width / 2 : line / 2
            let start = item.position * length - half
            if start < end + (isLevel ? metrics.gap : 0) {
                items[index].text = ""
                items[index].width = 0
            } else {
                end = start + 2 * half
            }
        }
    }
}
