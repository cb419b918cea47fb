import KalsaeFiles
import KalsaeSupport

/// How a table becomes numbers: fitted on training rows, kept with the model, used again to
/// predict.
public struct TableEncoder: Sendable, Equatable {
    /// Whether the columns go by name; by position otherwise.
    public let hasHeader: Bool
    /// Columns of the file it was fitted on.
    public let columnCount: Int
    /// What became inputs, in their order: numbers first. A column may give several.
    public let features: [FeatureEncoder]
    /// The column to predict.
    public let target: TargetEncoder

    init(
        hasHeader: Bool, columnCount: Int, features: [FeatureEncoder], target: TargetEncoder
    ) {
        self.hasHeader = hasHeader
        self.columnCount = columnCount
        self.features = features
        self.target = target
    }

    /// Inputs an example.
    public var width: Int { features.reduce(0) { $0 + $1.width } }

    /// The columns of the table it was fitted on whose texts are needed.
    var columnsOfText: Set<Int> {
        var columns = Set(
            features.filter { feature in
                switch feature.kind {
                case .number, .robust, .missing: false
                default: true
                }
            }.map(\.column))
        if case .classes = target.kind { columns.insert(target.column) }
        return columns
    }

    /// How many of the first inputs are numbers on a scale; indicators, flags and categories follow.
    public var numberCount: Int {
        features.prefix { $0.isNumber }.reduce(0) { $0 + $1.width }
    }

    /// The inputs' names, in order.
    public var inputNames: [String] { features.flatMap(\.inputNames) }

    /// Fits the features on the training `rows`, as what the columns were taken for, and says on
    /// standard error what is constant there. Throws when no feature is left.
    static func fit(
        _ table: Table, guesses: TableGuesses, target: TargetEncoder, rows: [Int],
        scaling: NumberScaling
    ) throws(KalsaeError) -> TableEncoder {
        var features: [FeatureEncoder] = []
        func tell(_ guess: ColumnGuess, _ text: String) {
            Notice.say("\(table.subject): column \"\(guess.name)\" \(text)")
        }
        let columns = guesses.columns.filter { $0.column != target.column }
        for guess in columns where ![.dropped, .identifier, .weight, .group].contains(guess.role) {
            switch try FeatureEncoder.fit(table, as: guess, rows: rows, scaling: scaling) {
            case .features(let several): features += several
            case .leftOut(let reason): tell(guess, "left out: \(reason)")
            }
        }
        guard !features.isEmpty else {
            throw KalsaeError(
                table.subject, expected: "at least one column to predict \"\(target.name)\" from",
                got: "none that can be used")
        }
        let ordered = features.indices.sorted {
            (features[$0].rank, $0) < (features[$1].rank, $1)
        }
        return TableEncoder(
            hasHeader: table.hasHeader, columnCount: table.columns.count,
            features: ordered.map { features[$0] }, target: target)
    }

    /// Reads a CSV file whose columns are those of the table this was fitted on.
    public func readTable(path: String) throws(KalsaeError) -> Table {
        try Table(path: path, header: hasHeader ? .present : .absent)
    }

    /// The inputs of `rows` (all by default), `width` numbers a row.
    ///
    /// Columns are found by name, or by position where the file has no header (the target's own
    /// column may be missing there); others are ignored. Throws when one is missing, holds text for
    /// a number, or an infinite one.
    public func features(of table: Table, rows: [Int]? = nil) throws(KalsaeError) -> [Float] {
        var cache = ColumnCache()
        return try features(of: table, rows: rows, cache: &cache)
    }

    /// The inputs of `rows`, with what other rows of the same table needed already.
    private func features(
        of table: Table, rows: [Int]?, cache: inout ColumnCache
    ) throws(KalsaeError) -> [Float] {
        let rows = rows ?? Array(0..<table.rowCount)
        let stride = width
        let (count, overflow) = rows.count.multipliedReportingOverflow(by: stride)
        guard !overflow, count <= FileBytes.defaultLimit / MemoryLayout<Float>.stride else {
            throw KalsaeError(
                table.subject, expected: "inputs that fit in memory",
                got: "\(rows.count.counting("row")) of \(stride)")
        }
        var output = [Float](repeating: 0, count: count)
        var offset = 0
        for feature in features {
            let column = try position(of: feature.name, fitted: feature.column, in: table)
            try feature.encode(
                table, column: column, rows: rows, cache: &cache, into: &output, offset: offset,
                stride: stride)
            offset += feature.width
        }
        return output
    }

    /// The targets of `rows` (all by default); throws at a missing or unknown one.
    public func targets(
        of table: Table, rows: [Int]? = nil
    ) throws(KalsaeError) -> LabeledData.Targets {
        let column = try position(of: target.name, fitted: target.column, in: table)
        return try target.targets(
            of: table, column: column, rows: rows ?? Array(0..<table.rowCount))
    }

    /// Inputs and targets of `rows`; of all that have a target by default.
    public func data(of table: Table, rows: [Int]? = nil) throws(KalsaeError) -> LabeledData {
        var cache = ColumnCache()
        return try data(of: table, rows: rows, cache: &cache)
    }

    /// Inputs and targets of all rows that have a target, and their numbers.
    package func labeledData(
        of table: Table
    ) throws(KalsaeError) -> (data: LabeledData, rows: [Int]) {
        let column = try position(of: target.name, fitted: target.column, in: table)
        let rows = TargetEncoder.labeledRows(table, target, column: column)
        return (try data(of: table, rows: rows), rows)
    }

    /// Inputs and targets of `rows`, with what other rows of the same table needed already.
    func data(
        of table: Table, rows: [Int]?, cache: inout ColumnCache
    ) throws(KalsaeError) -> LabeledData {
        let column = try position(of: target.name, fitted: target.column, in: table)
        let rows = rows ?? TargetEncoder.labeledRows(table, target, column: column)
        return try LabeledData(
            features: .floats(try features(of: table, rows: rows, cache: &cache)),
            featureShape: [width],
            targets: try targets(of: table, rows: rows))
    }

    /// Where the target is in a table.
    func targetColumn(in table: Table) throws(KalsaeError) -> Int {
        try position(of: target.name, fitted: target.column, in: table)
    }

    func position(
        of name: String, fitted: Int, in table: Table
    ) throws(KalsaeError) -> Int {
        guard !hasHeader else {
            guard let position = table.columns.firstIndex(where: { $0.name == name }) else {
                throw table.missing(column: name)
            }
            return position
        }
        if table.columns.count == columnCount { return fitted }
        guard table.columns.count == columnCount - 1, fitted != target.column else {
            throw KalsaeError(
                table.subject,
                expected:
                    "\(columnCount.counting("column")), or \(columnCount - 1) without the target",
                got: "\(table.columns.count)")
        }
        return fitted > target.column ? fitted - 1 : fitted
    }
}
