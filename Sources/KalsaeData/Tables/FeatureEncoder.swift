import KalsaeFiles
import KalsaeSupport

/// How one column becomes inputs of a network.
public struct FeatureEncoder: Sendable, Equatable {
    /// How a cell becomes numbers.
    public enum Kind: Sendable, Equatable {
        /// A standardized number; a missing one is the training median, `fill`.
        case number(Scale, fill: Double)
        /// A number on a robust scale; a missing one is the training median, which is 0.
        case robust(RobustScale)
        /// 1 where the cell is missing, 0 where it is not.
        case missing
        /// 1 for `true` or `yes`, 0 for `false` or `no`, capitals not counted; `fill` when missing.
        case flag(fill: Double)
        /// One input for each text, 1 for the cell's own; a missing or new text is all zeros.
        case categories([String])
    }

    /// The column's name.
    public let name: String
    /// The column's position in the file it was fitted on.
    public let column: Int
    /// How a cell becomes numbers.
    public let kind: Kind

    /// Different texts above which a column says too little a text to learn from.
    static let mostCategories = 50
    /// Different texts that are never too many, however few the rows are.
    static let fewCategories = 8

    /// A feature by its parts.
    init(name: String, column: Int, kind: Kind) {
        self.name = name
        self.column = column
        self.kind = kind
    }

    /// How many inputs the column becomes.
    public var width: Int {
        if case .categories(let names) = kind { names.count } else { 1 }
    }

    /// Whether its inputs are numbers on a scale, which a network may treat apart.
    public var isNumber: Bool {
        switch kind {
        case .number, .robust: true
        case .missing, .flag, .categories: false
        }
    }

    /// The inputs' names: the column's, with the text for one of several.
    public var inputNames: [String] {
        switch kind {
        case .categories(let names): names.map { "\(name)=\($0)" }
        case .missing: ["\(name) is missing"]
        case .number, .robust, .flag: [name]
        }
    }

    /// What became of a column.
    enum Outcome {
        case features([FeatureEncoder])
        /// Left out, for a reason to tell.
        case leftOut(String)
    }

    /// Fits a column on the training `rows` alone.
    static func fit(
        _ table: Table, column: Int, rows: [Int], scaling: NumberScaling
    ) throws(KalsaeError) -> Outcome {
        let name = table.columns[column].name
        func feature(_ kinds: Kind...) -> Outcome {
            .features(kinds.map { FeatureEncoder(name: name, column: column, kind: $0) })
        }
        switch table.columns[column].contents {
        case .nothing: return .leftOut("it is empty")
        case .numbers:
            let numbers = try table.numbers(of: column)
            let present = rows.map { numbers[$0] }.filter { !$0.isNaN }.sorted()
            let hasMissing = present.count < rows.count
            switch scaling {
            case .standard:
                guard let scale = Scale(of: present) else {
                    return .leftOut("it is empty, constant or too large in the training rows")
                }
                return feature(.number(scale, fill: median(present)))
            case .robust:
                if let scale = RobustScale(ofSorted: present) {
                    return hasMissing ? feature(.robust(scale), .missing) : feature(.robust(scale))
                }
                guard hasMissing, !present.isEmpty else {
                    return .leftOut("it is empty or constant in the training rows")
                }
                return feature(.missing)
            }
        case .texts(let texts):
            let codes = rows.map { texts.codes[$0] }.filter { $0 >= 0 }
            let distinct = Set(codes)
            guard distinct.count > 1 else {
                return .leftOut("it is empty or constant in the training rows")
            }
            let names = distinct.map { texts.names[Int($0)] }
            if names.allSatisfy({ flag($0) != nil }) {
                let flags = codes.compactMap { flag(texts.names[Int($0)]) }
                guard Set(flags).count > 1 else {
                    return .leftOut("it is empty or constant in the training rows")
                }
                return feature(.flag(fill: median(flags) < 0.5 ? 0 : 1))
            }
            let isTooMany =
                distinct.count > mostCategories
                || (distinct.count > fewCategories && distinct.count * 3 > rows.count)
            if isTooMany {
                return .leftOut(
                    "it has \(distinct.count) different texts in \(rows.count) training rows"
                        + mixture(table, column))
            }
            let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return feature(.categories(sorted))
        }
    }

    /// Points at the text that keeps a column of numbers from being one.
    private static func mixture(_ table: Table, _ column: Int) -> String {
        let cells = (0..<table.rowCount).map { table.csv.cell(row: $0, column: column) }
        guard let row = cells.firstIndex(of: .text) else { return "" }
        let texts = cells.count { $0 == .text }
        guard texts * 10 < cells.count else { return "" }
        let text = table.csv.text(row: row, column: column)
        return "; it would be numbers but for \"\(text)\" on line \(table.csv.line(ofRow: row))"
    }

    static func flag(_ text: String) -> Double? {
        switch text.lowercased() {
        case "true", "yes": 1
        case "false", "no": 0
        default: nil
        }
    }

    /// The middle value, or the mean of the middle two; `values` is not empty.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        guard !sorted.isEmpty else { return 0 }
        return sorted.count % 2 == 1
            ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
    }

    /// Writes the inputs of `rows` into `output`, whose rows are `stride` long, at `offset`.
    func encode(
        _ table: Table, column: Int, rows: [Int], into output: inout [Float], offset: Int,
        stride: Int
    ) throws(KalsaeError) {
        switch kind {
        case .number(let scale, let fill):
            let numbers = try table.numbers(of: column)
            for (index, row) in rows.enumerated() {
                let number = numbers[row]
                let value = Float(scale.apply(number.isNaN ? fill : number))
                guard value.isFinite else {
                    throw table.fault(column, row, expected: "a number of moderate size")
                }
                output[index * stride + offset] = value
            }
        case .robust(let scale):
            let numbers = try table.numbers(of: column)
            for (index, row) in rows.enumerated() where !numbers[row].isNaN {
                output[index * stride + offset] = Float(scale.apply(numbers[row]))
            }
        case .missing:
            let isMissing = table.missing(in: column)
            for (index, row) in rows.enumerated() where isMissing(row) {
                output[index * stride + offset] = 1
            }
        case .flag(let fill):
            let texts = table.texts(of: column)
            let values = texts.names.map { Self.flag($0) }
            tellUnknown(table, column, texts, rows) { values[$0] != nil }
            for (index, row) in rows.enumerated() {
                let code = Int(texts.codes[row])
                let value = code < 0 ? fill : values[code] ?? fill
                output[index * stride + offset] = Float(value)
            }
        case .categories(let names):
            let texts = table.texts(of: column)
            let known = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
            let indices = texts.names.map { known[$0] }
            tellUnknown(table, column, texts, rows) { indices[$0] != nil }
            for (index, row) in rows.enumerated() {
                let code = Int(texts.codes[row])
                guard code >= 0, let category = indices[code] else { continue }
                output[index * stride + offset + category] = 1
            }
        }
    }

    /// Says once for a column that texts came which training never saw.
    private func tellUnknown(
        _ table: Table, _ column: Int, _ texts: Table.Texts, _ rows: [Int],
        isKnown: (Int) -> Bool
    ) {
        let isNew = texts.names.indices.map { !isKnown($0) }
        let strange = rows.filter { texts.codes[$0] >= 0 && isNew[Int(texts.codes[$0])] }
        guard let first = strange.first else { return }
        let cells = strange.count == 1 ? "1 cell" : "\(strange.count) cells"
        Notice.say(
            "\(table.subject): column \"\(name)\": \(cells) with text that training did not have, "
                + "first \"\(table.csv.text(row: first, column: column))\" on line "
                + "\(table.csv.line(ofRow: first)); taken as unknown")
    }
}
