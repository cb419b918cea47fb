import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension DataParts {
    /// What the columns that mark rows did, a line each.
    var markLines: [String] {
        RowMark.allCases.compactMap { mark in
            guard let name = column(mark)?.cut(to: 24) else { return nil }
            return switch mark {
            case .weight: "rows count by \"\(name)\", in training and in all these numbers"
            case .group: "rows of one \"\(name)\" are on one side of every split"
            case .time: "rows are split by \"\(name)\": older ones train, newer ones test"
            }
        }
    }

    /// The columns that mark rows, for `--json`; none where none was asked for.
    var markMembers: [JSONValue.Member] {
        RowMark.allCases.compactMap { mark in
            column(mark).map { JSONValue.Member("\(mark.rawValue)_column", .string($0)) }
        }
    }

    /// What rows of each class counted in training; nothing where all counted alike.
    func lines(classWeights: [Double]?) -> [String] {
        guard let classWeights, case .classes(_, let names) = train.targets else { return [] }
        let pairs = zip(names, classWeights).map { "\"\($0.cut(to: 12))\" \($1.short)" }
        let shown = pairs.prefix(3).joined(separator: ", ") + (pairs.count > 3 ? ", …" : "")
        return [
            "classes count in training: \(shown);",
            "  probabilities are of classes as frequent as that makes them; the numbers above",
            "  measure these as they are, on rows that count alike or by --weight alone",
        ]
    }

    /// From when to when the rows of each part are; nothing where time plays no part.
    ///
    /// - Parameter joinsValidation: whether rows of validation are learned with those for training.
    func timeLines(joinsValidation: Bool) -> [String] {
        let named =
            joinsValidation
            ? [("learned", [train, validation]), ("tested on", [test])]
            : [("trained on", [train]), ("validated on", [validation]), ("tested on", [test])]
        return named.compactMap { verb, parts -> String? in
            guard let span = timeSpan(of: parts) else { return nil }
            let rows = parts.reduce(0) { $0 + $1.count }.counting("row")
            return "\(verb) \(rows) from \(span.first) to \(span.last)"
        }
    }

    /// The weights of the classes for `--json`; none where all counted alike.
    func members(classWeights: [Double]?) -> [JSONValue.Member] {
        guard let classWeights, case .classes(_, let names) = train.targets else { return [] }
        let weights = zip(names, classWeights).map { JSONValue.Member($0, .number($1)) }
        return [JSONValue.Member("class_weights", .object(weights))]
    }

    private func column(_ mark: RowMark) -> String? {
        guesses?.columns.first { $0.mark == mark }?.name
    }
}
