import KalsaeFiles
import KalsaeSupport

/// What a column was taken for, and why.
public struct ColumnGuess: Sendable, Equatable {
    /// The column's name.
    public let name: String
    /// Its position in the file, from 0.
    public let column: Int
    /// What it is taken for.
    public internal(set) var role = ColumnRole.number
    /// What it says of the rows, where a caller asked for that.
    public internal(set) var mark: RowMark?
    /// Why, in words.
    public internal(set) var reason = ""
    /// Whether a caller asked for the role.
    public internal(set) var isRequested = false
    /// Cells without anything.
    public internal(set) var missing: Int
    /// Different values, as they are written.
    public internal(set) var distinct: Int
    /// What it becomes, in words: `a number`.
    public internal(set) var becomes = ""
    /// What is worth telling even when nobody asks; nil for an ordinary column.
    public internal(set) var note: String?
    /// Texts that are read as missing, sorted.
    public internal(set) var missingWords: [String] = []
    /// How its dates are written.
    public internal(set) var dateOrder: DateOrder?

    init(_ table: Table, column: Int) {
        name = table.columns[column].name
        self.column = column
        missing = table.columns[column].counts.missing
        distinct = 0
    }

    /// The guess in one line.
    public var line: String {
        let gaps = missing > 0 ? ", \(missing) missing" : ""
        let result = becomes.isEmpty ? "" : "; becomes \(becomes)"
        let marked = mark.map { $0.rawValue == role.rawValue ? "" : "\($0.rawValue), " } ?? ""
        return "\(name): \(marked)\(role.rawValue) (\(reason))\(gaps)\(result)"
    }

    /// Whether it becomes inputs.
    private var isInput: Bool { [.number, .category, .date, .text].contains(role) }

    /// The guess as JSON.
    public var json: JSONValue { json(.english) }

    /// The guess as JSON, with its sentences in a language.
    func json(_ language: TextLanguage) -> JSONValue {
        func said(_ text: String) -> JSONValue { .string(GuessWords.say(text, language)) }
        return [
            "name": .string(name), "column": .integer(column + 1),
            "role": .string(mark?.rawValue ?? role.rawValue),
            "input": isInput ? .string(role.rawValue) : .null,
            "reason": said(reason), "requested": .bool(isRequested),
            "missing": .integer(missing), "distinct": .integer(distinct),
            "becomes": said(becomes), "note": note.map(said) ?? .null,
            "missing_words": .array(missingWords.map { .string($0) }),
            "dates": dateOrder.map { .string($0.rawValue) } ?? .null,
        ]
    }
}
