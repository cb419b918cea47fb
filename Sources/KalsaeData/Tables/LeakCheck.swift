import KalsaeFiles

/// Columns that must not become features: copies of the target, and row numbers.
enum LeakCheck {
    /// Labeled rows below which a perfect match may be chance.
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
        case .nothing: { _ in nil }
        case .numbers(let numbers): { numbers[$0].isNaN ? nil : (numbers[$0] + 0).bitPattern }
        case .texts(let texts): { texts.codes[$0] < 0 ? nil : UInt64(texts.codes[$0]) }
        }
    }

    /// Whether the column numbers or names the rows: whole numbers, no two alike, under a name such
    /// as `id`, or in the first column of a file without names.
    static func isIdentifier(_ table: Table, column: Int) -> Bool {
        guard case .numbers(let numbers) = table.columns[column].contents else { return false }
        guard table.hasHeader ? isIdentifying(table.columns[column].name) : column == 0 else {
            return false
        }
        let present = numbers.filter { !$0.isNaN }
        return present.count >= fewestRows && present.allSatisfy { $0.rounded() == $0 }
            && Set(present).count == present.count
    }

    private static func isIdentifying(_ name: String) -> Bool {
        let lower = name.lowercased()
        let known = [
            "id", "index", "idx", "row", "rowid", "rownum", "row_number", "number", "no", "nr", "#",
            "key", "uid", "unnamed: 0", "column 1",
        ]
        return known.contains(lower) || lower.hasSuffix("_id") || lower.hasSuffix(" id")
            || lower.hasPrefix("id_") || name.hasSuffix("Id") || name.hasSuffix("ID")
    }
}
