import KalsaeFiles
import KalsaeSupport

/// What a table's target column means: classes by name, or a number on a scale.
public struct TargetEncoder: Sendable, Equatable {
    /// What is predicted.
    public enum Task: String, Sendable, CaseIterable {
        /// Decide by the column: see ``TargetGuess``.
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
        case value(TargetScale)
    }

    /// The column's name.
    public let name: String
    /// The column's position in the file it was fitted on.
    public let column: Int
    /// How a cell becomes a target.
    public let kind: Kind
    /// Texts that count as missing.
    public let missingWords: [String]

    /// The most different whole numbers that are taken for classes.
    static let mostNumberedClasses = 20

    /// A target by its parts.
    init(name: String, column: Int, kind: Kind, missingWords: [String] = []) {
        self.name = name
        self.column = column
        self.kind = kind
        self.missingWords = missingWords
    }

    /// The target with its scale fitted on the numbers of `rows`; classes stay what they are.
    func fitted(_ table: Table, rows: [Int]) throws(KalsaeError) -> TargetEncoder {
        guard case .value(let own) = kind else { return self }
        let numbers = try table.numbers(of: column, missing: Set(missingWords))
        guard let scale = TargetScale(of: rows.map { numbers[$0] }, loss: own.loss) else {
            throw KalsaeError(
                table.subject,
                expected: "different numbers of moderate size in the target column \"\(name)\"",
                got: rows.count == 1 ? "one row to train on" : "none",
                advice: rows.count == 1 ? "more rows are needed" : "choose another target")
        }
        return TargetEncoder(
            name: name, column: column, kind: .value(scale), missingWords: missingWords)
    }

    static func looksLikeClasses(_ present: [Double], _ distinct: Set<Double>) -> Bool {
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

    /// The rows that have a target.
    static func labeledRows(
        _ table: Table, _ target: TargetEncoder, column: Int? = nil
    ) -> [Int] {
        let isMissing = table.isMissing(
            in: column ?? target.column, words: Set(target.missingWords))
        return (0..<table.rowCount).filter { !isMissing($0) }
    }

    /// The targets of `rows`, from the column at `column`; throws at a missing or unknown one.
    func targets(
        of table: Table, column: Int, rows: [Int]
    ) throws(KalsaeError) -> LabeledData.Targets {
        switch kind {
        case .classes(let names):
            let texts = table.texts(of: column)
            let known = CategoryIndex(names)
            let codes = texts.names.map { known[$0] }
            var indices: [Int32] = []
            for row in rows {
                let code = texts.codes[row]
                guard code >= 0, let index = codes[Int(code)] else {
                    let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
                    throw table.fault(column, row, expected: "one of the classes \(shown)")
                }
                indices.append(Int32(index))
            }
            return .classes(indices, names: names)
        case .value(let scale):
            let numbers = try table.numbers(of: column, missing: Set(missingWords))
            var values: [Float] = []
            for row in rows {
                guard scale.loss.takes(numbers[row]) else {
                    throw table.fault(column, row, expected: scale.loss.taken)
                }
                let value = Float(scale.apply(numbers[row]))
                guard value.isFinite else {
                    throw table.fault(column, row, expected: "a number of moderate size")
                }
                values.append(value)
            }
            return .values(values, scale: scale)
        }
    }
}
