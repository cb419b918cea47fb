import KalsaeData
import KalsaeSupport

/// Counts numbers of a file that lie far outside of those that a model learned.
struct LearnedRanges {
    private struct Column {
        let name: String
        /// Where its input stands in a row.
        let position: Int
        let range: ClosedRange<Double>
        /// The inputs that are not far outside.
        let usual: ClosedRange<Float>
        var count = 0
    }

    private let width: Int
    private var columns: [Column] = []
    private var rows = 0

    /// By how much of its width a number may lie outside of a range.
    private static let margin = 0.1

    init(_ encoder: TableEncoder) {
        width = encoder.width
        var position = 0
        for feature in encoder.features {
            defer { position += feature.width }
            guard case .robust(let scale) = feature.kind, let range = scale.range else { continue }
            let far = (range.upperBound - range.lowerBound) * Self.margin
            guard far.isFinite else { continue }
            columns.append(
                Column(
                    name: feature.name, position: position, range: range,
                    usual: Float(
                        scale.apply(range.lowerBound - far))...Float(
                            scale.apply(range.upperBound + far))))
        }
    }

    /// Counts rows of inputs.
    mutating func count(_ features: [Float]) {
        guard width > 0 else { return }
        rows += features.count / width
        for index in columns.indices {
            let (position, usual) = (columns[index].position, columns[index].usual)
            for number in stride(from: position, to: features.count, by: width)
            where !usual.contains(features[number]) { columns[index].count += 1 }
        }
    }

    /// What there is to tell, a line for each column, of many columns the first.
    var notices: [String] {
        let far = columns.filter { $0.count > 0 }
        var lines = far.prefix(5).map { column in
            let (low, high) = (column.range.lowerBound.short, column.range.upperBound.short)
            return
                "column \"\(column.name)\": \(column.count) of \(rows.counting("row")) far outside of "
                + "\(low) … \(high), which was learned; what is predicted there is a guess"
        }
        if far.count > 5 { lines.append("the same of \(far.count - 5) more columns") }
        return lines
    }
}
