import Glibc
import KalsaeData
import KalsaeGraph
import KalsaeSupport

/// What columns of a table do to a model's predictions: measured on rows of a file, by changing the
/// inputs that a column became.
///
/// ```swift
/// let effects = try predictor.effects(of: "houses.csv")
/// for column in try effects.importance() { print(column.name, column.increase) }
/// ```
public struct ColumnEffects: Sendable {
    /// How much worse predictions get where a column's cells are shuffled.
    public struct Importance: Sendable, Equatable {
        /// The column.
        public var name: String
        /// The mean increase of the loss over the repeats: of rmse in the target's units, or of log
        /// loss in nats.
        public var increase: Double
        /// The standard deviation of the increase over the repeats.
        public var deviation: Double
    }

    /// The mean prediction where all rows have the same cell in one column.
    public struct Dependence: Sendable, Equatable {
        /// One cell.
        public struct Point: Sendable, Equatable {
            /// The cell as the file has it; empty where it is missing.
            public var cell: String
            /// The mean probability of each class, or the mean value in the target's units.
            public var means: [Double]
        }
        /// The column.
        public var name: String
        /// The classes; empty for numbers.
        public var classNames: [String]
        /// Cells at equal shares of the column's numbers, or its most frequent texts.
        public var points: [Point]
    }

    private let predictor: Predictor
    private let encoder: TableEncoder
    private let source: String
    private let rows: RowSample

    /// The most rows that are looked at: of more, some at about equal distances.
    public static let mostRows = 5_000

    /// Takes rows of a file; without targets they serve for dependence alone.
    init(
        _ predictor: Predictor, encoder: TableEncoder, _ source: String, _ rows: RowSample
    ) throws(KalsaeError) {
        guard rows.count > 0 else {
            throw KalsaeError(source, expected: "at least one row", got: "none")
        }
        (self.predictor, self.encoder, self.source) = (predictor, encoder, source)
        self.rows = rows.reduced()
    }

    /// The names of the columns that became inputs.
    public var names: [String] { encoder.columnNames }

    /// The columns by importance, the largest first.
    ///
    /// - Parameters:
    ///   - repeats: how often each column is shuffled.
    ///   - seed: of the shuffles.
    /// - Throws: a `KalsaeError` where the file has no targets.
    public func importance(repeats: Int = 5, seed: Int = 0) throws -> [Importance] {
        guard let targets = rows.targets else {
            throw KalsaeError(
                source, expected: "the target \"\(encoder.target.name)\" in each row",
                got: "rows without", advice: "leave these rows out")
        }
        let base = try loss(rows.features, targets)
        var generator = Philox(seed: UInt64(bitPattern: Int64(seed)), stream: 0x494d_504f)
        return try names.map { name in
            let increases = try (0..<max(repeats, 1)).map { _ in
                var order = Array(0..<rows.count)
                generator.shuffle(&order)
                let changed = replacing(name) { order[$0] }
                return try loss(changed, targets) - base
            }
            let mean = increases.reduce(0, +) / Double(increases.count)
            let squares = increases.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return Importance(
                name: name, increase: mean,
                deviation: (squares / Double(max(increases.count - 1, 1))).squareRoot())
        }.sorted { ($1.increase, $0.name) < ($0.increase, $1.name) }
    }

    /// Mean predictions over cells of a column.
    ///
    /// - Parameter most: the most cells.
    /// - Throws: a `KalsaeError` with the nearest name where no such column became an input.
    public func dependence(on name: String, most: Int = 10) throws -> Dependence {
        try encoder.checkInput(name, source)
        guard let column = rows.columns[name] else {
            throw KalsaeError(
                source, expected: "a column whose cells were kept", got: "\"\(name)\"")
        }
        let points = try positions(column, most: most).map { position in
            let outputs = try predictor.predict(rows: replacing(name) { _ in position })
            return Dependence.Point(cell: column.cells[position], means: means(outputs))
        }
        return Dependence(name: name, classNames: predictor.metadata.classNames, points: points)
    }

    /// The rows with the inputs of a column taken from another row each.
    private func replacing(_ name: String, _ source: (Int) -> Int) -> [Float] {
        var changed = rows.features
        let (width, inputs) = (encoder.width, encoder.inputs(of: name))
        for row in 0..<rows.count {
            let other = source(row)
            for input in inputs {
                changed[row * width + input] = rows.features[other * width + input]
            }
        }
        return changed
    }

    /// The positions among the rows of the cells to look at.
    private func positions(_ column: RowSample.Column, most: Int) -> [Int] {
        if !column.isOfTexts {
            let numbers = column.numbers
            let sorted = numbers.indices.filter { numbers[$0].isFinite }.sorted {
                numbers[$0] < numbers[$1]
            }
            guard let last = sorted.indices.last else { return [] }
            var positions: [Int] = []
            for index in 0..<most {
                let position = sorted[index * last / max(most - 1, 1)]
                if positions.last.map({ numbers[$0] != numbers[position] }) ?? true {
                    positions.append(position)
                }
            }
            return positions
        }
        var first: [String: (position: Int, count: Int)] = [:]
        for (position, text) in column.cells.enumerated() {
            first[text, default: (position, 0)].count += 1
        }
        let frequent = first.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        return frequent.prefix(most).map(\.value.position)
    }

    private func means(_ predictions: Predictor.Predictions) -> [Double] {
        let count = Double(rows.count)
        switch predictions {
        case .values(let values): return [values.reduce(0, +) / count]
        case .classes(_, let probabilities):
            let width = predictor.metadata.classNames.count
            return (0..<width).map { index in
                probabilities.reduce(0) { $0 + Double($1[index]) } / count
            }
        }
    }

    private func loss(_ inputs: [Float], _ targets: LabeledData.Targets) throws -> Double {
        let count = Double(rows.count)
        switch (try predictor.predict(rows: inputs), targets) {
        case (.values(let values), .values(let numbers, let scale)):
            let squares = zip(values, numbers).reduce(0) { sum, pair in
                let error = pair.0 - scale.invert(Double(pair.1))
                return sum + error * error
            }
            return (squares / count).squareRoot()
        case (.classes(_, let probabilities), .classes(let labels, _)):
            return zip(probabilities, labels).reduce(0) {
                $0 - log(max(Double($1.0[Int($1.1)]), 1e-12))
            } / count
        default: return .nan
        }
    }
}
