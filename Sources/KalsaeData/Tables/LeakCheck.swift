import KalsaeFiles

/// Columns that tell too much or nothing: copies of the target, and row numbers.
enum LeakCheck {
    /// Rows below which a perfect match may be chance.
    static let fewestRows = 20

    /// Whether the column says the same as the target in other words: each of its values stands
    /// for one class and each class for one value; or, for a number to predict, equals it always.
    static func isCopy(_ table: Table, column: Int, target: TargetEncoder, rows: [Int]) -> Bool {
        guard rows.count >= fewestRows else { return false }
        switch target.kind {
        case .classes:
            let values = keys(table, column)
            let labels = keys(table, target.column)
            var labelOfValue: [UInt64: UInt64] = [:]
            var valueOfLabel: [UInt64: UInt64] = [:]
            for row in rows {
                guard let value = values(row), let label = labels(row) else { return false }
                if labelOfValue.updateValue(label, forKey: value) ?? label != label { return false }
                if valueOfLabel.updateValue(value, forKey: label) ?? value != value { return false }
            }
            return true
        case .value:
            guard case .numbers(let numbers) = table.columns[column].contents,
                case .numbers(let targets) = table.columns[target.column].contents
            else { return false }
            return rows.allSatisfy { numbers[$0] == targets[$0] }
        }
    }

    /// For a row, a key equal for equal cells; nil for a missing one.
    private static func keys(_ table: Table, _ column: Int) -> (Int) -> UInt64? {
        switch table.columns[column].contents {
        case .nothing: return { _ in nil }
        case .numbers(let numbers):
            return { numbers[$0].isNaN ? nil : (numbers[$0] + 0).bitPattern }
        case .texts(let texts):
            let folding = CategoryFolding(
                texts.names, counts: texts.counts(in: texts.codes.indices))
            var codes: [String: UInt64] = [:]
            var folded: [UInt64] = []
            for name in folding.names {
                let code = codes[name] ?? UInt64(codes.count)
                codes[name] = code
                folded.append(code)
            }
            return { texts.codes[$0] < 0 ? nil : folded[Int(texts.codes[$0])] }
        }
    }

    /// Whether a column seems to name things that have several rows each, as `customer_id` does:
    /// splits at random then put rows of one thing on both sides.
    static func namesThings(_ guess: ColumnGuess, rows: Int) -> Bool {
        IdentifierName.matches(guess.name) && guess.distinct >= fewestRows
            && guess.distinct * 2 <= rows - guess.missing
    }

    /// What a column of whole numbers without repetition may be.
    enum Numbering {
        /// It numbers the rows: its numbers ascend, or have no gap, and it has a name such as `id`.
        case sequence
        /// It may name the rows, but nothing shows it.
        case unclear
    }

    /// Whether the column numbers the rows; nil where it has fractions, gaps or repetitions.
    ///
    /// A sequence with which the number to predict is linearly correlated (.995) is none.
    static func numbering(_ table: Table, column: Int, target: TargetEncoder?) -> Numbering? {
        guard case .numbers(let numbers) = table.columns[column].contents else { return nil }
        let isNamed = table.hasHeader && table.columns[column].name != "column \(column + 1)"
        guard isNamed ? IdentifierName.matches(table.columns[column].name) : column == 0 else {
            return nil
        }
        guard numbers.count >= fewestRows, numbers.allSatisfy({ $0.rounded() == $0 }),
            let least = numbers.min(), let most = numbers.max()
        else { return nil }
        let ascends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        guard ascends || Set(numbers).count == numbers.count else { return nil }
        let hasNoGap = most - least == Double(numbers.count - 1)
        guard ascends || hasNoGap, !isFollowed(table, numbers, target) else { return .unclear }
        return .sequence
    }

    private static func isFollowed(
        _ table: Table, _ numbers: [Double], _ target: TargetEncoder?
    ) -> Bool {
        guard let target, case .value = target.kind,
            case .numbers(let targets) = table.columns[target.column].contents
        else { return false }
        let rows = targets.indices.filter { !targets[$0].isNaN }
        let x = rows.map { numbers[$0] }
        let y = rows.map { targets[$0] }
        guard let xScale = Scale(of: x), let yScale = Scale(of: y) else { return false }
        let product = zip(x, y).reduce(0) { $0 + xScale.apply($1.0) * yScale.apply($1.1) }
        return abs(product) / Double(rows.count) > 0.995
    }
}
