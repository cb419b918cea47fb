import KalsaeSupport

/// What is told about a CSV file; whatever is nil is guessed, and the guess is in `CSVGuesses`.
public struct CSVOptions: Sendable, Equatable {
    /// What lies between cells.
    public var separator: CSVSeparator?
    /// The mark before the decimals; where only the other reading makes a number, that is taken.
    public var decimal: DecimalMark?
    /// Whether the first row names the columns.
    public var header: CSV.HeaderRule
    /// How characters are written as bytes.
    public var encoding: TextEncoding?
    /// The words for a missing cell, in place of the usual ones; an empty cell is missing always.
    /// Words that are told count in quotes too, and may be numbers as `-999`.
    public var missing: [String]?
    /// What quotes a cell; `"` by default.
    public var quote: CSVQuote
    /// Lines before the table that are not read.
    public var skippedLines: Int?
    /// Lines at the file's end that are not read; nil to leave out notes and a row of totals.
    public var skippedFooterLines: Int?

    /// Options of which all may be left to guesses.
    public init(
        separator: CSVSeparator? = nil, decimal: DecimalMark? = nil,
        header: CSV.HeaderRule = .sniffed, encoding: TextEncoding? = nil, missing: [String]? = nil,
        quote: CSVQuote = .double, skippedLines: Int? = nil,
        skippedFooterLines: Int? = nil
    ) {
        self.separator = separator
        self.decimal = decimal
        self.header = header
        self.encoding = encoding
        self.missing = missing
        self.quote = quote
        self.skippedLines = skippedLines
        self.skippedFooterLines = skippedFooterLines
    }
}

/// What lies between cells.
public enum CSVSeparator: Sendable, Hashable {
    /// One byte, as a comma, a semicolon, a tab or a pipe.
    case byte(UInt8)
    /// One or more blanks or tabs.
    case blanks

    /// A comma.
    public static let comma = CSVSeparator.byte(0x2c)
    /// A semicolon.
    public static let semicolon = CSVSeparator.byte(0x3b)
    /// A tab.
    public static let tab = CSVSeparator.byte(0x09)
    /// A vertical bar.
    public static let pipe = CSVSeparator.byte(0x7c)

    private static let names: [(String, CSVSeparator)] = [
        ("comma", .comma), ("semicolon", .semicolon), ("tab", .tab), ("pipe", .pipe),
        ("blanks", .blanks),
    ]

    /// The separator by name (`comma`, `semicolon`, `tab`, `pipe`, `blanks`) or as the character.
    public init(named name: String) throws(KalsaeError) {
        if let known = Self.names.first(where: { $0.0 == name.lowercased() }) {
            self = known.1
        } else if name == "\\t" {
            self = .tab
        } else if name == " " || name == "space" || name == "whitespace" {
            self = .blanks
        } else if name.utf8.count == 1, let byte = name.utf8.first, byte >= 0x20 || byte == 0x09,
            byte != 0x22, byte < 0x7f
        {
            self = .byte(byte)
        } else {
            throw KalsaeError(
                "--separator", expected: "comma, semicolon, tab, pipe, blanks or one character",
                got: "\"\(name)\"")
        }
    }

    /// The name, or the character in quotes.
    public var name: String {
        if let known = Self.names.first(where: { $0.1 == self }) { return known.0 }
        guard case .byte(let byte) = self else { return "blanks" }
        return "\"\(Character(Unicode.Scalar(byte)))\""
    }
}

/// The mark before the decimals of a number.
public enum DecimalMark: String, Sendable, CaseIterable {
    /// `30.5`, and `1,234.5` with a mark of thousands.
    case point
    /// `30,5`, and `1.234,5` with a mark of thousands.
    case comma

    /// The mark by name or as the character.
    public init(named name: String) throws(KalsaeError) {
        switch name.lowercased() {
        case ".", "point", "dot": self = .point
        case ",", "comma": self = .comma
        default:
            throw KalsaeError("--decimal", expected: "point or comma", got: "\"\(name)\"")
        }
    }

    var byte: UInt8 { self == .point ? 0x2e : 0x2c }
}

/// What quotes a cell that holds separators or line ends.
public enum CSVQuote: Sendable, Hashable {
    /// `"`, doubled inside of the cell.
    case double
    /// `'`, doubled inside of the cell.
    case single
    /// Nothing: every character is data.
    case none

    /// The quote by name (`double`, `single`, `none`) or as the character.
    public init(named name: String) throws(KalsaeError) {
        switch name.lowercased() {
        case "\"", "double": self = .double
        case "'", "single": self = .single
        case "none": self = .none
        default:
            throw KalsaeError(
                "--quote", expected: "double, single or none", got: "\"\(name)\"")
        }
    }

    var byte: UInt8? {
        switch self {
        case .double: 0x22
        case .single: 0x27
        case .none: nil
        }
    }
}
