import KalsaeFiles
import KalsaeSupport
import Testing

extension CSV {
    /// Text as a file; guesses all that `options` leave open.
    init(text: String, _ options: CSVOptions = CSVOptions()) throws {
        try self.init(Array(text.utf8), subject: "a.csv", options: options)
    }

    /// All cells as text.
    var texts: [[String]] {
        (0..<rowCount).map { row in (0..<columnCount).map { text(row: row, column: $0) } }
    }

    /// What the cells of a column hold.
    func cells(_ column: Int) -> [Cell] {
        (0..<rowCount).map { cell(row: $0, column: column) }
    }

    /// The value that an option's line tells.
    func guess(_ option: String) -> String? {
        guesses.lines.first { $0.option.hasPrefix(option) }?.value
    }
}

extension CSV.Cell: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral
{
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// A missing cell.
    public init(nilLiteral: ()) { self = .missing }
}
