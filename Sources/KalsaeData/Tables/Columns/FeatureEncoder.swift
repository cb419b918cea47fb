import KalsaeFiles

/// How one column becomes inputs of a network; a column may have several.
public struct FeatureEncoder: Sendable, Equatable {
    /// How a cell becomes numbers.
    public enum Kind: Sendable, Equatable {
        /// A standardized number; a missing one is the training median, `fill`.
        case number(Scale, fill: Double)
        /// A number on a robust scale; a missing one is the training median, which is 0.
        case robust(RobustScale)
        /// A number of a date on a robust scale; a missing one is 0.
        case dateNumber(DateNumber, DateOrder, RobustScale)
        /// 1 where the cell is missing, 0 where it is not.
        case missing
        /// 1 for `true` or `yes`, 0 for `false` or `no`, capitals not counted; `fill` when missing.
        case flag(fill: Double)
        /// −1 for the first of two texts, 1 for the second, 0 for a missing or new one.
        case binary(low: String, high: String)
        /// One input for each text, 1 for the cell's own, and with `hasRare` one for all others; a
        /// missing text, and without `hasRare` a new one, is all zeros.
        case categories([String], hasRare: Bool)
        /// Sine and cosine of a date's place in a cycle; a missing one is 0 and 0.
        case dateCycle(DateCycle, DateOrder)
        /// Free text, hashed; a missing one is all zeros.
        case text(TextHashing)
    }

    /// The column's name.
    public let name: String
    /// The column's position in the file it was fitted on.
    public let column: Int
    /// How a cell becomes numbers.
    public let kind: Kind
    /// Texts that count as missing.
    public let missingWords: [String]

    /// A feature by its parts.
    init(name: String, column: Int, kind: Kind, missingWords: [String] = []) {
        self.name = name
        self.column = column
        self.kind = kind
        self.missingWords = missingWords
    }

    /// How many inputs the feature is.
    public var width: Int {
        switch kind {
        case .categories(let names, let hasRare): names.count + (hasRare ? 1 : 0)
        case .dateCycle: 2
        case .text(let hashing): hashing.width
        case .number, .robust, .dateNumber, .missing, .flag, .binary: 1
        }
    }

    /// Whether its inputs are numbers on a scale, which a network may treat apart.
    public var isNumber: Bool { rank == 0 }

    /// Where it stands among the inputs: numbers, gaps, two-valued ones, categories, dates, text.
    var rank: Int {
        switch kind {
        case .number, .robust, .dateNumber: 0
        case .missing: 1
        case .flag, .binary: 2
        case .categories: 3
        case .dateCycle: 4
        case .text: 5
        }
    }

    /// The inputs' names: the column's, with what tells one of several.
    public var inputNames: [String] {
        switch kind {
        case .number, .robust, .flag: [name]
        case .missing: ["\(name) is missing"]
        case .binary(_, let high): ["\(name)=\(high)"]
        case .categories(let names, let hasRare):
            (names + (hasRare ? [CategoryFeature.rareName] : [])).map { "\(name)=\($0)" }
        case .dateNumber(_, .duration, _): [name]
        case .dateNumber(let number, _, _): ["\(name): \(number.rawValue)"]
        case .dateCycle(let cycle, _):
            ["\(name): \(cycle.rawValue) sine", "\(name): \(cycle.rawValue) cosine"]
        case .text(let hashing): (1...hashing.width).map { "\(name): hash \($0)" }
        }
    }
}
