import KalsaeFiles
import KalsaeSupport

/// A table with its target and all guesses about it, ready to be split in one way or many.
///
/// Splits speak of labeled rows by their place among these, from 0.
public struct PreparedTable: Sendable {
    /// What is taken for granted.
    public let guesses: TableGuesses
    /// What the caller decided.
    public let options: TableOptions
    /// The class of each labeled row; nil for a number to predict.
    public let classes: [Int32]?
    /// The group of each labeled row; nil without a column of groups.
    public let groups: [Int32]?
    /// The time of each labeled row, as a number that grows with it; nil without a column of times.
    public let times: [Double]?

    private let table: Table
    private let labeled: [Int]
    private let target: TargetEncoder
    private let weights: [Float]?
    private let timesAreDays: Bool

    /// Guesses about a table, and tells those that are out of the ordinary.
    ///
    /// - Throws: a `KalsaeError` for columns that are not there, for a target that cannot be
    ///   predicted, for weights below 0 and for rows without a time.
    public init(
        _ table: Table, target: String, options: TableOptions = TableOptions()
    ) throws(KalsaeError) {
        let guess = try TargetGuess(
            table, column: try table.position(of: target), task: options.task,
            loss: options.loss)
        let guesses = try TableGuesses(table, target: guess, options: options)
        let encoder = guess.encoder
        let labeled = TargetEncoder.labeledRows(table, encoder)
        if labeled.count < table.rowCount {
            Notice.say(
                "\(table.subject): \(table.rowCount - labeled.count) of \(table.rowCount.counting("row")) left "
                    + "out: their \"\(encoder.name)\" is missing")
        }
        for note in guesses.notes { Notice.say("\(table.subject): \(note)") }
        if case .classes(let indices, _) = try encoder.targets(
            of: table, column: encoder.column, rows: labeled)
        {
            classes = indices
        } else {
            classes = nil
        }
        let marks = RowMarks(table, options)
        groups = try marks.groups(labeled)
        times = try marks.times(labeled)
        weights = try marks.weights(labeled)
        let order = try marks.dateOrder()
        timesAreDays = order != nil && order != .timeOfDay && order != .duration
        self.guesses = guesses
        self.options = options
        self.table = table
        self.labeled = labeled
        self.target = encoder
    }

    /// How many rows have a target.
    public var count: Int { labeled.count }

    /// Whether rows have times, and all the same.
    package var hasOneTime: Bool { times.map { Set($0).count == 1 } ?? false }

    /// The rows of the table that have a target.
    var labeledRows: [Int] { labeled }

    /// How rows are encoded by what some of them alone tell.
    func encoder(trainedOn train: [Int]) throws(KalsaeError) -> TableEncoder {
        let rows = train.map { labeled[$0] }
        return try TableEncoder.fit(
            table, guesses: guesses, target: try target.fitted(table, rows: rows), rows: rows,
            scaling: options.scaling == .robust && times != nil ? .trending : options.scaling)
    }

    /// A split by time, by groups, by classes, or at random, by what the options say.
    public func split(
        _ fractions: Split.Fractions = .standard, seed: UInt64
    ) throws(KalsaeError) -> Split {
        try Split(
            RowTraits(count: count, classes: classes, groups: groups, times: times),
            fractions: fractions, seed: seed)
    }

    /// Splits whose test parts together are the whole table; see ``Folds``. What does not test is
    /// divided into training and validation.
    ///
    /// - Parameter validation: the share of what does not test that validates.
    public func folds(
        _ count: Int, validation: Double = 0.15, seed: UInt64
    ) throws(KalsaeError) -> [Split] {
        try Split.folds(
            count, of: RowTraits(count: self.count, classes: classes, groups: groups, times: times),
            validation: validation, seed: seed)
    }

    /// All rows for training, none for the rest: for a last fit after all choices.
    public var allRows: Split { Split(train: Array(0..<count), validation: [], test: []) }

    /// The parts of a split, encoded by what its training rows alone tell.
    public func parts(
        _ split: Split, name: String, validation: Table? = nil, test: Table? = nil
    ) throws(KalsaeError) -> DataParts {
        let encoder = try self.encoder(trainedOn: split.train)
        var cache = ColumnCache()
        func part(_ rows: [Int]) throws(KalsaeError) -> LabeledData {
            try encoder.data(of: table, rows: rows.map { labeled[$0] }, cache: &cache).marked(
                weights: weights.map { all in rows.map { all[$0] } },
                groups: groups.map { all in rows.map { all[$0] } },
                times: times.map { all in rows.map { all[$0] } })
        }
        func part(_ own: Table?, _ rows: [Int]) throws(KalsaeError) -> LabeledData {
            guard let own else { return try part(rows) }
            let rows = TargetEncoder.labeledRows(
                own, encoder.target, column: try encoder.targetColumn(in: own))
            let marks = RowMarks(own, options)
            return try encoder.data(of: own, rows: rows).marked(
                weights: try marks.weights(rows), groups: nil, times: nil)
        }
        var parts = DataParts(
            name: name, train: try part(split.train),
            validation: try part(validation, split.validation),
            test: try part(test, split.test), encoder: encoder, guesses: guesses)
        parts.timesAreDays = timesAreDays
        parts.split = Split(
            train: split.train, validation: validation == nil ? split.validation : [],
            test: test == nil ? split.test : [])
        return parts
    }

    /// The row of the table, from 0, that a row with a target is.
    package func fileRow(of row: Int) -> Int { labeled.indices.contains(row) ? labeled[row] : row }

    /// The cell of the target of a row with one.
    package func targetText(of row: Int) -> String {
        table.csv.text(row: fileRow(of: row), column: target.column)
    }

    /// Where a labeled row stands in its file, as `row 17 (line 19) of houses.csv`, rows from 1.
    package func location(of row: Int, _ language: TextLanguage = .english) -> String? {
        guard labeled.indices.contains(row) else { return nil }
        let line = table.csv.line(ofRow: labeled[row])
        return language(
            "row \(labeled[row] + 1) (line \(line)) of \(table.subject)",
            "\(table.subject) \(labeled[row] + 1)행(파일의 \(line)번째 줄)")
    }
}
