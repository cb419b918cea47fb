import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// By how much each column moves single predictions away from the mean prediction of a background.
///
/// Shapley values by sampled orders (Štrumbelj and Kononenko, 2014): one background row after the other
/// becomes the explained row, column by column in random orders, every second of which is the reverse of the
/// one before; a column's contribution is the mean change of the prediction at its turn. For each row base
/// and contributions add up to the prediction.
///
/// ```swift
/// let contributions = try predictor.contributions(background: "houses.csv")
/// let rows = try contributions(of: features)
/// print(contributions.names, rows[0].base, rows[0].columns)
/// ```
public struct ColumnContributions: Sendable {
    /// What a prediction is made of.
    public struct Row: Sendable, Equatable {
        /// The mean prediction of the background: in the target's units, or the probability of the class
        /// that is predicted for the row.
        public var base: Double
        /// What each column adds, in the order of ``ColumnContributions/names``.
        public var columns: [Double]
    }

    /// Background rows at most: of more, some at about equal distances.
    public static let mostRows = 64

    /// Predictions for a row at most, but of 8 background rows.
    private static let mostPredictions = 4_096

    /// Orders for a background row at most.
    private static let mostOrders = 4

    /// The columns that became inputs.
    public let names: [String]
    private let predictor: Predictor
    private let width: Int
    /// The inputs of each column.
    private let inputs: [[Int]]
    private let background: [ArraySlice<Float>]
    /// Orders of the columns: the same number for each background row, one row behind the other.
    private let orders: [[Int]]
    /// How many there are for a row.
    private let ordersPerRow: Int
    /// What is predicted for the background: probabilities, or a value.
    private let means: [Double]

    /// - Parameters:
    ///   - background: rows of inputs, one behind the other.
    ///   - seed: of the orders.
    /// - Throws: a `KalsaeError` without a row.
    init(
        _ predictor: Predictor, encoder: TableEncoder, background: [Float], seed: Int = 0
    ) throws {
        let width = encoder.width
        let count = background.count / max(width, 1)
        guard count > 0 else {
            throw KalsaeError("contributions", expected: "rows of a background", got: "none")
        }
        // Of many columns fewer: a row takes as many predictions as columns times background rows.
        let most = min(
            Self.mostRows, max(8, Self.mostPredictions / (encoder.columnNames.count + 1)))
        let kept = min(count, most / 2 * 2)
        self.background = (0..<kept).map { index in
            let row = index * count / kept
            return background[(row * width)..<((row + 1) * width)]
        }
        (self.predictor, self.width, names) = (predictor, width, encoder.columnNames)
        inputs = names.map { encoder.inputs(of: $0) }
        var generator = Philox(seed: UInt64(bitPattern: Int64(seed)), stream: 0x434f_4e54)
        var (orders, order) = ([[Int]](), Array(names.indices))
        // With few columns, several orders for a row: their mean has a smaller variance.
        ordersPerRow = min(
            Self.mostOrders,
            max(1, Self.mostPredictions / (max(kept, 1) * (encoder.columnNames.count + 1))))
        for index in 0..<(kept * ordersPerRow) {
            if index % 2 == 0 { generator.shuffle(&order) } else { order.reverse() }
            orders.append(order)
        }
        self.orders = orders
        let outputs = try Self.outputs(predictor.predict(rows: self.background.flatMap { $0 }))
        means = (outputs.first ?? []).indices.map { output in
            outputs.reduce(0) { $0 + $1[output] } / Double(kept)
        }
    }

    /// What the predictions of rows of inputs are made of.
    ///
    /// - Parameter onRow: is called behind each row; where it throws, the rest is left.
    public func callAsFunction(
        of features: [Float], onRow: () throws -> Void = {}
    ) throws -> [Row] {
        var rows: [Row] = []
        for start in stride(from: 0, to: features.count, by: max(width, 1)) {
            rows.append(try row(features[start..<(start + width)]))
            try onRow()
        }
        return rows
    }

    private func row(_ target: ArraySlice<Float>) throws -> Row {
        var steps = Array(target)
        for (index, order) in orders.enumerated() {
            var now = Array(background[index / ordersPerRow])
            steps += now
            for column in order {
                for input in inputs[column] { now[input] = target[target.startIndex + input] }
                steps += now
            }
        }
        let predictions = try predictor.predict(part: steps)
        var output = 0
        if case .classes(let classes, _) = predictions { output = classes[0] }
        let values = Self.outputs(predictions).map { $0[output] }
        var sums = [Double](repeating: 0, count: names.count)
        var position = 1
        for order in orders {
            for (turn, column) in order.enumerated() {
                sums[column] += values[position + turn + 1] - values[position + turn]
            }
            position += order.count + 1
        }
        return Row(base: means[output], columns: sums.map { $0 / Double(orders.count) })
    }

    private static func outputs(_ predictions: Predictor.Predictions) -> [[Double]] {
        switch predictions {
        case .values(let values): values.map { [$0] }
        case .classes(_, let probabilities): probabilities.map { $0.map { Double($0) } }
        }
    }
}

extension Predictor {
    /// By how much columns move predictions away from the mean prediction of a file's rows, of which at
    /// most ``ColumnContributions/mostRows`` are taken; targets are not looked at.
    ///
    /// - Parameters:
    ///   - reading: how the file is read.
    ///   - isLenient: whether text in columns of numbers, and columns that are not there, are missing.
    /// - Throws: a `KalsaeError` where the network was trained on images, or the file does not fit.
    public func contributions(
        background path: String, reading: CSVOptions = CSVOptions(), isLenient: Bool = false
    ) throws -> ColumnContributions {
        guard let encoder = metadata.encoder else {
            throw KalsaeError(
                "contributions", expected: "a model of a table",
                got: "one trained on \(metadata.data)")
        }
        var sample = try RowSample(
            columns: [], encoder, path, most: ColumnContributions.mostRows)
        let parts = try EncodedRows(
            path: path, encoder: encoder, reading: reading, isLenient: isLenient)
        // Whoever predicts the file is told.
        _ = try Notice.collect {
            try parts.eachPart { table in
                sample.add(
                    table, rows: Array(0..<table.rowCount),
                    features: try parts.features(of: table), targets: nil)
            }
        }
        return try ColumnContributions(
            self, encoder: encoder, background: sample.reduced().features)
    }
}
