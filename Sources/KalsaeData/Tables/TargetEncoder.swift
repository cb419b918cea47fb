import KalsaeFiles
import KalsaeSupport

/// What a table's target column means: classes by name, or a number on a scale.
public struct TargetEncoder: Sendable, Equatable {
    /// What is predicted.
    public enum Task: String, Sendable, CaseIterable {
        /// Decide by the column: see `TargetEncoder.init`.
        case automatic
        /// One of several classes.
        case classification
        /// A number.
        case regression
    }

    /// How a cell becomes a target.
    public enum Kind: Sendable, Equatable {
        /// The index of its text in the sorted names.
        case classes([String])
        /// Its number, standardized.
        case value(Scale)
    }

    /// The column's name.
    public let name: String
    /// The column's position in the file it was fitted on.
    public let column: Int
    /// How a cell becomes a target.
    public let kind: Kind

    /// The most different whole numbers that are taken for classes.
    static let mostNumberedClasses = 20

    /// A target by its parts.
    init(name: String, column: Int, kind: Kind) {
        self.name = name
        self.column = column
        self.kind = kind
    }

    /// Fits the target on a column: the classes of all rows that have one, or, for regression, the
    /// mean and standard deviation of `rows`.
    ///
    /// Text is always classes. Whole numbers are classes when they are at most 20 different ones
    /// and either two, fewer than 5 % of the rows, or 0...n or 1...n coming five times each on
    /// average. Anything else is a number to predict. Throws for a column without cells, with one
    /// class only, with text where numbers are asked for, or without spread.
    static func fit(
        _ table: Table, column: Int, task: Task, rows: [Int]? = nil
    ) throws(KalsaeError) -> TargetEncoder {
        let name = table.columns[column].name
        func fault(_ expected: String, _ got: String, _ advice: String = "") -> KalsaeError {
            KalsaeError(
                table.subject, expected: "\(expected) in the target column \"\(name)\"", got: got,
                advice: advice)
        }
        func checkClasses(_ distinct: Int, of count: Int) throws(KalsaeError) {
            guard distinct > 1 else { throw fault("at least two classes", "one") }
            guard distinct * 2 <= count else {
                throw fault(
                    "classes", "\(distinct) different values in \(count) rows",
                    "choose another target")
            }
        }
        switch table.columns[column].contents {
        case .nothing:
            throw fault("values", "empty cells only", "choose another target")
        case .texts(let texts):
            if task == .regression { _ = try table.numbers(of: column) }
            try checkClasses(texts.names.count, of: texts.codes.count { $0 >= 0 })
            return TargetEncoder(
                name: name, column: column, kind: .classes(texts.names.sorted(by: isOrdered)))
        case .numbers:
            let numbers = try table.numbers(of: column)
            let present = numbers.filter { !$0.isNaN }
            let distinct = Set(present)
            let isGuess = task == .automatic && looksLikeClasses(present, distinct)
            if isGuess || task == .classification {
                try checkClasses(distinct.count, of: present.count)
                let names = distinct.sorted().map(Self.className)
                return TargetEncoder(name: name, column: column, kind: .classes(names))
            }
            let chosen = rows.map { rows in rows.map { numbers[$0] } } ?? present
            guard let scale = Scale(of: chosen) else {
                throw fault("different numbers of moderate size", "none", "choose another target")
            }
            return TargetEncoder(name: name, column: column, kind: .value(scale))
        }
    }

    private static func looksLikeClasses(_ present: [Double], _ distinct: Set<Double>) -> Bool {
        let isWhole = distinct.allSatisfy { $0.rounded() == $0 && abs($0) < 1e9 }
        guard isWhole, distinct.count <= mostNumberedClasses else { return false }
        if distinct.count == 2 || distinct.count * 20 < present.count { return true }
        guard let least = distinct.min(), let most = distinct.max() else { return false }
        let isCounted = (least == 0 || least == 1) && most - least == Double(distinct.count - 1)
        return isCounted && distinct.count > 1 && distinct.count * 5 <= present.count
    }

    /// A number as the name of a class: whole numbers without a point.
    static func className(_ value: Double) -> String {
        Int(exactly: value).map(\.description) ?? value.description
    }

    private static func isOrdered(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// The rows that have a target.
    static func labeledRows(_ table: Table, column: Int) -> [Int] {
        (0..<table.rowCount).filter { table.csv.cell(row: $0, column: column) != .missing }
    }

    /// The targets of `rows`, from the column at `column`; throws at a missing or unknown one.
    func targets(
        of table: Table, column: Int, rows: [Int]
    ) throws(KalsaeError) -> LabeledData.Targets {
        switch kind {
        case .classes(let names):
            let texts = table.texts(of: column)
            let known = Dictionary(uniqueKeysWithValues: zip(names, (0..<Int32(names.count))))
            let codes = texts.names.map { known[$0] ?? Self.numbered($0).flatMap { known[$0] } }
            var indices: [Int32] = []
            for row in rows {
                let code = texts.codes[row]
                guard code >= 0, let index = codes[Int(code)] else {
                    let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
                    throw table.fault(column, row, expected: "one of the classes \(shown)")
                }
                indices.append(index)
            }
            return .classes(indices, names: names)
        case .value(let scale):
            let numbers = try table.numbers(of: column)
            var values: [Float] = []
            for row in rows {
                let value = Float(scale.apply(numbers[row]))
                guard value.isFinite else {
                    throw table.fault(column, row, expected: "a number of moderate size")
                }
                values.append(value)
            }
            return .values(values, scale: scale)
        }
    }

    /// The class name of a number however it is written, for columns of numbered classes.
    private static func numbered(_ text: String) -> String? {
        Double(text).map(className)
    }
}
