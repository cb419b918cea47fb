import KalsaeFiles
import KalsaeSupport

/// All that is taken for granted about a table, found without training: what `kalsae data info`
/// shows and training starts from.
public struct TableGuesses: Sendable, Equatable {
    /// Rows of data.
    public let rows: Int
    /// What each column was taken for, in the file's order.
    public let columns: [ColumnGuess]
    /// What is to be predicted; nil without a target.
    public let target: TargetGuess?

    /// Guesses about a table, overruled by `options`.
    ///
    /// - Parameter target: the column to predict, by name or number; nil for none.
    /// - Throws: a `KalsaeError` for columns that are not there, for roles that a column cannot
    ///   have, and for two of one column or one of the target.
    public init(
        _ table: Table, target: String? = nil, options: TableOptions = TableOptions()
    ) throws(KalsaeError) {
        let guess: TargetGuess?
        if let target {
            guess = try TargetGuess(
                table, column: try table.position(of: target), task: options.task,
                loss: options.loss)
        } else {
            guess = nil
        }
        try self.init(table, target: guess, options: options)
    }

    /// Guesses about a table whose target is known.
    init(
        _ table: Table, target: TargetGuess?, options: TableOptions
    ) throws(KalsaeError) {
        rows = table.rowCount
        self.target = target
        let asked = try Self.requests(table, options, target: target?.encoder.column)
        let guesser = ColumnGuesser(table: table, options: options)
        let marks = try RowMarks(table, options).columns(target: target?.encoder.column)
        let labeled = target.map { TargetEncoder.labeledRows(table, $0.encoder) } ?? []
        var columns: [ColumnGuess] = []
        for column in table.columns.indices {
            if let target, column == target.encoder.column {
                columns.append(target.column)
                continue
            }
            let mark = marks[column]
            if mark == .weight || (mark == .group && asked[column] == nil) {
                var special = ColumnGuess(table, column: column)
                special.mark = mark
                special.role = mark == .weight ? .weight : .group
                special.distinct = table.texts(of: column).names.count
                special.reason = "as asked for"
                special.isRequested = true
                special.becomes =
                    mark == .weight ? "the weight of the row" : "the group of the row"
                columns.append(special)
                continue
            }
            var guess = try guesser.guess(column, asked: asked[column])
            guess.mark = mark
            if asked[column] == nil, guess.role == .number || guess.role == .category {
                Self.judge(&guess, table, target, labeled)
            }
            columns.append(guess)
        }
        self.columns = Self.keepingOne(columns, table)
    }

    /// Columns that number the rows are features where nothing else would be one.
    private static func keepingOne(_ columns: [ColumnGuess], _ table: Table) -> [ColumnGuess] {
        let isUsed = columns.contains {
            [.number, .category, .date, .text].contains($0.role)
        }
        guard !isUsed else { return columns }
        return columns.map { guess in
            guard guess.role == .identifier else { return guess }
            var kept = guess
            if case .numbers = table.columns[guess.column].contents {
                (kept.role, kept.becomes) = (.number, "a number")
            } else {
                (kept.role, kept.becomes) = (.text, "hashed words and parts of words")
            }
            kept.note = "kept, for nothing else is left, although \(guess.reason)"
            return kept
        }
    }

    /// Looks at a column beside the target: does it number the rows, does it copy the target?
    private static func judge(
        _ guess: inout ColumnGuess, _ table: Table, _ target: TargetGuess?, _ labeled: [Int]
    ) {
        switch LeakCheck.numbering(table, column: guess.column, target: target?.encoder) {
        case .sequence:
            guess.role = .identifier
            guess.reason = "it numbers the rows"
            guess.becomes = "nothing"
            guess.note = "left out: it numbers the rows"
        case .unclear:
            guess.note = "kept, although it may only number the rows; drop it if it does"
        case nil:
            if guess.mark == nil, LeakCheck.namesThings(guess, rows: table.rowCount) {
                let told =
                    "names \(guess.distinct.counting("thing")) in \(table.rowCount.counting("row")); --group "
                    + "\(guess.name) keeps the rows of each together, --drop leaves it out"
                guess.note = guess.note.map { $0 + "; " + told } ?? told
            }
        }
        guard guess.role != .identifier, let target,
            LeakCheck.isCopy(table, column: guess.column, target: target.encoder, rows: labeled)
        else { return }
        guess.note =
            "kept, although it is the target \"\(target.encoder.name)\" in other words; drop it if "
            + "it is not known when predicting"
    }

    private static func requests(
        _ table: Table, _ options: TableOptions, target: Int?
    ) throws(KalsaeError) -> [Int: ColumnRole] {
        var asked: [Int: ColumnRole] = [:]
        let roles = options.roles.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        for (name, role) in roles + options.drop.map({ ($0, .dropped) }) {
            let column = try table.position(of: name)
            guard column != target else {
                throw KalsaeError(
                    table.subject, expected: "roles of columns to predict from",
                    got: "\(role.rawValue) for the target \"\(name)\"",
                    advice: "--task says what the target is")
            }
            guard asked[column] ?? role == role else {
                throw KalsaeError(
                    table.subject, expected: "one role for the column \"\(name)\"",
                    got: "\(asked[column]?.rawValue ?? "") and \(role.rawValue)")
            }
            asked[column] = role
        }
        return asked
    }

    /// What is worth telling although nobody asks, a line each.
    public var notes: [String] {
        columns.compactMap { guess in guess.note.map { "column \"\(guess.name)\" \($0)" } }
            + (target?.notes ?? [])
    }

    /// Every guess, a line each.
    public var lines: [String] {
        columns.map(\.line) + (target.map { ["task: \($0.task.rawValue) (\($0.reason))"] } ?? [])
    }

    /// The guesses as JSON.
    public var json: JSONValue { json(.english) }

    /// The guesses as JSON, with their sentences in a language.
    public func json(_ language: TextLanguage) -> JSONValue {
        [
            "rows": .integer(rows), "columns": .array(columns.map { $0.json(language) }),
            "target": target?.json(language) ?? .null,
            "notes": .array(notes.map { .string(GuessWords.say($0, language)) }),
        ]
    }
}
