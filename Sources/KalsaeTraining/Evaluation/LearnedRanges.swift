import KalsaeData
import KalsaeSupport

/// Counts numbers of a file that lie far outside of those that a model learned.
struct LearnedRanges {
    private struct Column {
        let name: String
        /// Where its input stands in a row.
        let position: Int
        let range: ClosedRange<Double>
        /// The inputs that are hardly outside, and those that are not far outside.
        let usual: ClosedRange<Float>, wide: ClosedRange<Float>
        /// Rows beyond these.
        var outside = 0
        var far = 0
    }

    private let width: Int
    private var columns: [Column] = []
    private var rows = 0

    /// By how much of its width numbers may lie outside of a range: a few rows, or any.
    private static let (margin, farMargin) = (0.1, 1.0)
    /// Of how many rows one is no longer a few.
    private static let few = 20

    init(_ encoder: TableEncoder) {
        width = encoder.width
        var position = 0
        for feature in encoder.features {
            defer { position += feature.width }
            guard case .robust(let scale) = feature.kind, let range = scale.range else { continue }
            let width = range.upperBound - range.lowerBound
            guard width.isFinite else { continue }
            func inputs(_ margin: Double) -> ClosedRange<Float> {
                Float(
                    scale.apply(range.lowerBound - width * margin))...Float(
                        scale.apply(range.upperBound + width * margin))
            }
            columns.append(
                Column(
                    name: feature.name, position: position, range: range,
                    usual: inputs(Self.margin), wide: inputs(Self.farMargin)))
        }
    }

    /// Counts rows of inputs.
    mutating func count(_ features: [Float]) {
        guard width > 0 else { return }
        rows += features.count / width
        for index in columns.indices {
            let column = columns[index]
            for number in stride(from: column.position, to: features.count, by: width)
            where !column.usual.contains(features[number]) {
                columns[index].outside += 1
                if !column.wide.contains(features[number]) { columns[index].far += 1 }
            }
        }
    }

    /// What there is to tell, a line for each column, of many columns the first.
    var notices: [String] {
        let far = columns.filter { $0.far > 0 || $0.outside * Self.few > rows }
        var lines = far.prefix(5).map { column in
            let (low, high) = (column.range.lowerBound.short, column.range.upperBound.short)
            let count = column.outside * Self.few > rows ? column.outside : column.far
            return
                "column \"\(column.name)\": \(count) of \(rows.counting("row")) far outside of "
                + "\(low) … \(high), which was learned; what is predicted there is a guess"
        }
        if far.count > 5 { lines.append("the same of \(far.count - 5) more columns") }
        return lines
    }
}
