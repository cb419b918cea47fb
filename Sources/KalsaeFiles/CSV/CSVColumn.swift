/// What the cells of a column are, and how its numbers are written.
public struct CSVColumn: Sendable, Equatable {
    /// What the cells hold.
    public enum Kind: String, Sendable {
        /// Numbers, but for at most one cell in ten that cannot be read.
        case numbers
        /// Text.
        case text
        /// Nothing, in every row.
        case nothing
    }

    /// A cell among numbers that is none.
    public struct Unreadable: Sendable, Equatable {
        /// Its row of data, from 0.
        public let row: Int
        /// Its line in the file, from 1.
        public let line: Int
        /// Its text.
        public let text: String
    }

    /// Its name in the header; `column 3` for the third of a file without one.
    public let name: String
    /// What the cells hold.
    public let kind: Kind
    /// The mark before the decimals.
    public let decimal: DecimalMark
    /// The mark between thousands, if there is one: a comma, point, blank or apostrophe.
    public let thousands: String?
    /// What stands beside the numbers: `%` or a currency. The numbers are as written: `5%` is 5.
    public let unit: String?
    /// Whether it is text because whole numbers begin with 0, as zip codes do.
    public let hasLeadingZeros: Bool
    /// Cells that hold nothing, or a word for it.
    public let missingCount: Int
    /// The words for nothing with how many cells hold each; empty cells are not among them.
    public let missingWords: [String: Int]
    /// Cells that are numbers, of one unit.
    public let numberCount: Int
    let unitCode: UInt8
    /// Whether its numbers have several units or currencies, which do not go together.
    public let hasSeveralUnits: Bool
    /// Cells of a column of numbers that are neither numbers nor missing.
    public let unreadableCount: Int
    /// The first ten of them.
    public let unreadable: [Unreadable]
    /// Cells whose decimal mark is not the column's, which they were read with.
    public let otherMarkCount: Int
}

extension CSVColumn {
    init(
        _ name: String, _ profile: ColumnProfile, _ kind: Kind, _ mark: DecimalMark,
        _ missing: MissingWords, _ unreadable: [Unreadable]
    ) {
        let words = profile.missingWords(missing, kind: kind)
        let isNumbers = kind == .numbers
        let thousands = profile.thousandsMark
        self.init(
            name: name, kind: kind, decimal: mark,
            thousands: isNumbers && thousands != 0
                ? String(Character(Unicode.Scalar(thousands))) : nil,
            unit: isNumbers && profile.unit != 0 ? NumberUnit.names[Int(profile.unit)] : nil,
            hasLeadingZeros: profile.isCodes && kind == .text,
            missingCount: profile.emptyCount + words.values.reduce(0, +), missingWords: words,
            numberCount: profile.numberCount - (profile.isCodes ? profile.zeroLedCount : 0),
            unitCode: profile.unit, hasSeveralUnits: profile.hasSeveralUnits,
            unreadableCount: isNumbers ? profile.textCount : 0,
            unreadable: isNumbers ? unreadable : [],
            otherMarkCount: isNumbers ? (mark == .comma ? profile.points : profile.commas) : 0)
    }
}
