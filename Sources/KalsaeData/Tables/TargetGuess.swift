import KalsaeFiles
import KalsaeSupport

/// What the column to predict was taken for, and why.
///
/// Text is classes; spellings of the same are one, as are words for yes and for no. Whole numbers
/// are classes when they are at most 20 different ones and either two, fewer than 5 % of the rows,
/// or 0...n or 1...n coming five times each on average. More than two of them written with a
/// decimal point are a number to predict, as anything else is.
public struct TargetGuess: Sendable, Equatable {
    /// The target before its scale is fitted on training rows.
    let encoder: TargetEncoder
    /// What is told of the column itself.
    let column: ColumnGuess
    /// What is predicted; never automatic.
    public let task: TargetEncoder.Task
    /// Why, in words.
    public let reason: String
    /// Rows of each class; empty for a number.
    public let classCounts: [Int]
    /// What is worth telling although nobody asks.
    public let notes: [String]

    /// What a loss of numbers is refused with where classes are asked for.
    static let lossOfClasses = KalsaeError(
        "--loss", expected: "a target of numbers", got: "--task classification",
        advice: "--class-weight says how much classes count")

    /// The classes' names; empty for a number.
    public var classNames: [String] {
        if case .classes(let names) = encoder.kind { names } else { [] }
    }

    /// Decides what a column is as a target.
    ///
    /// - Parameter loss: what predictions of a number are to make small; nil where that is not said, else the
    ///   column is taken for a number.
    /// - Throws: a `KalsaeError` for a column without cells, with one class only, with text where
    ///   numbers are asked for, or without spread.
    init(
        _ table: Table, column: Int, task: TargetEncoder.Task, loss: TargetLoss? = nil
    ) throws(KalsaeError) {
        guard loss == nil || task != .classification else {
            throw Self.lossOfClasses
        }
        let task = loss == nil ? task : .regression
        let name = table.columns[column].name
        func fault(_ expected: String, _ got: String, _ advice: String = "") -> KalsaeError {
            KalsaeError(
                table.subject, expected: "\(expected) in the target column \"\(name)\"", got: got,
                advice: advice)
        }
        var notes: [String] = []
        var words: [String] = []
        var reason = task == .automatic ? "" : "as asked for"
        var isValue = task == .regression
        switch table.columns[column].contents {
        case .nothing: throw fault("values", "empty cells only", "choose another target")
        case .texts(let texts):
            let counts = table.columns[column].counts
            let present = texts.codes.count - counts.missing
            let (found, first) = table.words(among: column)
            let isSpoiled =
                !counts.hasLeadingZeros
                && counts.texts * 100 < present * ColumnGuesser.textsOfHundred
            if isSpoiled, task != .classification, let first {
                let numbers = try table.numbers(of: column, missing: found).filter { !$0.isNaN }
                if isValue || !TargetEncoder.looksLikeClasses(numbers, Set(numbers)) {
                    isValue = true
                    words = found.sorted(by: CategoryFolding.isOrdered)
                    let text = table.csv.text(row: first, column: column)
                    let told =
                        "numbers but for \(counts.texts) of text, first \"\(text)\" on line "
                        + "\(table.csv.line(ofRow: first))"
                    if reason.isEmpty { reason = told }
                    notes.append("target \"\(name)\" is \(told), taken as missing")
                }
            }
            if isValue, words.isEmpty { _ = try table.numbers(of: column) }
            if reason.isEmpty { reason = "\"\(name)\" is text" }
        case .numbers(let numbers):
            guard task == .automatic else { break }
            let distinct = NumberProfile(numbers).distinct
            let isMany = distinct > TargetEncoder.mostNumberedClasses
            let present = isMany ? [] : numbers.filter { !$0.isNaN }
            isValue = isMany || !TargetEncoder.looksLikeClasses(present, Set(present))
            if isValue {
                reason = "\"\(name)\" has \(distinct) different numbers"
            } else if distinct > 2, Self.hasDecimals(table, column) {
                isValue = true
                reason = "\"\(name)\" is written with decimals"
            } else {
                reason = "\"\(name)\" has \(distinct) different whole numbers"
            }
        }
        var guess = ColumnGuess(table, column: column)
        guess.role = .target
        guess.missingWords = words
        if isValue {
            let loss = loss ?? .meanSquaredError
            let own = try table.numbers(of: column, missing: Set(words))
            if let row = own.firstIndex(where: { !$0.isNaN && !loss.takes($0) }) {
                throw table.fault(column, row, expected: loss.taken)
            }
            let all = own.filter { !$0.isNaN }
            guard let scale = TargetScale(of: all, loss: loss) else {
                throw fault("different numbers of moderate size", "none", "choose another target")
            }
            guess.distinct = NumberProfile(all).distinct
            encoder = TargetEncoder(
                name: name, column: column, kind: .value(scale), missingWords: words)
            classCounts = []
        } else {
            let texts = table.texts(of: column)
            let counts = texts.counts(in: texts.codes.indices)
            let folding = CategoryFolding(texts.names, counts: counts)
            var names = folding.sortedNames
            if case .numbers = table.columns[column].contents {
                let distinct = Set(try table.numbers(of: column).filter { !$0.isNaN })
                names = distinct.sorted().map(TargetEncoder.className)
            }
            let rows = counts.reduce(0, +)
            guard names.count > 1 else { throw fault("at least two classes", "one") }
            guard names.count * 2 <= rows else {
                throw fault(
                    "classes", "\(names.count) different values in \(rows.counting("row"))",
                    "choose another target")
            }
            guess.distinct = names.count
            encoder = TargetEncoder(name: name, column: column, kind: .classes(names))
            let index = CategoryIndex(names)
            var rowsOfClass = [Int](repeating: 0, count: names.count)
            for (text, count) in zip(texts.names, counts) {
                if let own = index[text] { rowsOfClass[own] += count }
            }
            classCounts = rowsOfClass
            if case .texts(let own) = table.columns[column].contents {
                if let note = own.note { notes.append("target \"\(name)\" \(note)") }
                notes += Self.notes(name, folding, names, table.columns[column].counts)
            }
        }
        guess.reason = reason
        guess.becomes = isValue ? "the number to predict" : "the class to predict"
        self.column = guess
        self.task = isValue ? .regression : .classification
        self.reason = reason
        self.notes = notes
    }

    /// Whether a number of the column is written with a decimal point or comma.
    private static func hasDecimals(_ table: Table, _ column: Int) -> Bool {
        let texts = table.texts(of: column)
        return texts.names.allSatisfy { $0.contains(".") || $0.contains(",") }
    }

    private static func notes(
        _ name: String, _ folding: CategoryFolding, _ names: [String], _ counts: Table.CellCounts
    ) -> [String] {
        var notes: [String] = []
        if !folding.folded.isEmpty {
            let shown = folding.folded.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
            notes.append(
                "target \"\(name)\" has other spellings of the same, read alike: \(shown)")
        }
        if counts.hasLeadingZeros {
            notes.append("target \"\(name)\" has leading zeros, which make it text")
        }
        if OrderedWords.areRanges(names) || OrderedWords.areGrades(names) {
            notes.append(
                "target \"\(name)\" has classes with an order (\(names.prefix(4).joined(separator: ", "))"
                    + "), which is not used")
        }
        return notes
    }

    /// The guess as JSON, with its sentences in a language.
    func json(_ language: TextLanguage) -> JSONValue {
        let classes = zip(classNames, classCounts).map { name, count -> JSONValue in
            ["name": .string(name), "rows": .integer(count)]
        }
        return [
            "name": .string(encoder.name), "task": .string(task.rawValue),
            "reason": .string(GuessWords.say(reason, language)), "classes": .array(classes),
        ]
    }
}

/// Words and ranges that have an order.
enum OrderedWords {
    private static let grades: [Set<String>] = [
        ["low", "medium", "mid", "middle", "high", "very low", "very high"],
        ["small", "medium", "large", "xs", "s", "m", "l", "xl", "xxl"],
        ["poor", "fair", "average", "good", "very good", "excellent", "bad"],
        ["niedrig", "mittel", "hoch"], ["bas", "moyen", "haut"], ["bajo", "medio", "alto"],
        ["낮음", "보통", "높음"], ["하", "중", "상"],
    ]

    /// Whether all are ranges of numbers such as `10-20`, `<5` or `65+`.
    static func areRanges(_ names: [String]) -> Bool {
        let ranges = names.count { name in
            let parts = name.split { "-–~".contains($0) }.map { $0.filter { $0 != " " } }
            return parts.count == 2 && parts.allSatisfy { Double($0) != nil }
        }
        let others = names.filter { "<>≤≥+".contains($0.first ?? " ") || $0.hasSuffix("+") }
        return ranges > 0 && ranges + others.count == names.count
    }

    /// Whether all are grades of one list, three at least.
    static func areGrades(_ names: [String]) -> Bool {
        names.count > 2
            && grades.contains { grade in names.allSatisfy { grade.contains($0.lowercased()) } }
    }
}
