/// Reads the columns of a file: first as they stand, again where a decimal comma or a second unit
/// shows up.
struct ColumnReader {
    let records: CSVRecords
    let firstRow: Int
    let names: [String]
    let cells: CellReader
    /// The decimal mark that was told.
    let decimal: DecimalMark?
    let isSemicolonSeparated: Bool

    private static let block = 1_024

    /// The columns and, for those of numbers, their values; `fixed` tells how a stream's columns
    /// were read from the beginning.
    func read(like fixed: [CSVColumn]?) -> (columns: [CSVColumn], numbers: [[Double]]) {
        let count = names.count
        var marks =
            fixed?.map(\.decimal) ?? [DecimalMark](repeating: decimal ?? .point, count: count)
        var profiles = profiles(of: Array(0..<count), preferring: marks, units: nil)
        if decimal == nil, fixed == nil, profiles.contains(where: \.needsOtherPass) {
            marks = decimalMarks(profiles)
        }
        let again = (0..<count).filter { column in
            let isComma = marks[column] == .comma && decimal == nil && fixed == nil
            return (isComma && profiles[column].numberCount > 0)
                || profiles[column].units.count > 1
        }
        let units = (0..<count).map { column in
            let known = fixed?[column].unit.flatMap { NumberUnit.names.firstIndex(of: $0) }
            return known.map { UInt8($0) } ?? profiles[column].unit
        }
        for (column, profile) in zip(
            again, self.profiles(of: again, preferring: marks, units: units))
        {
            profiles[column] = profile
        }
        var columns: [CSVColumn] = []
        var numbers: [[Double]] = []
        for column in 0..<count {
            var kind = profiles[column].kind(cells.words)
            if let known = fixed?[column].kind, known != .nothing, kind != .nothing { kind = known }
            let profile = profiles[column]
            columns.append(
                CSVColumn(
                    names[column], profile, kind, marks[column], cells.words,
                    kind == .numbers ? unreadable(column, profile) : []))
            // A stream's column may turn out as numbers only by what came before.
            let isWhole = profiles[column].isCollecting
            numbers.append(kind == .numbers && isWhole ? profiles[column].numbers : [])
            profiles[column].numbers = []
        }
        return (columns, numbers)
    }

    /// The first cells of a column that cannot be read.
    func unreadable(_ column: Int, _ profile: ColumnProfile) -> [CSVColumn.Unreadable] {
        profile.unreadableRows.map { row in
            CSVColumn.Unreadable(
                row: row, line: records.line(ofRow: row + firstRow),
                text: records.text(row: row + firstRow, column: column))
        }
    }

    /// Block by block, so that the rows of a block are read from the cache for every column.
    func profiles(
        of columns: [Int], preferring marks: [DecimalMark], units: [UInt8]?
    ) -> [ColumnProfile] {
        guard !columns.isEmpty else { return [] }
        let rows = records.count - firstRow
        var profiles = [ColumnProfile](repeating: ColumnProfile(), count: columns.count)
        for index in columns.indices { profiles[index].numbers.reserveCapacity(rows) }
        records.withCells { view in
            for start in stride(from: 0, to: rows, by: Self.block) {
                let end = min(rows, start + Self.block)
                for (index, column) in columns.enumerated() {
                    for row in start..<end {
                        let (cell, isQuoted) = view.cell(row: row + firstRow, column: column)
                        var reading = cells.read(cell, preferring: marks[column])
                        if let units, case .number(let number) = reading,
                            number.unit != 0, number.unit != units[column]
                        {
                            reading = .text
                            profiles[index].otherUnits += 1
                        }
                        profiles[index].add(reading, isQuoted: isQuoted, row: row)
                    }
                }
            }
        }
        return profiles
    }

    /// The decimal mark of each column: its own evidence, else the file's, else a point.
    private func decimalMarks(_ profiles: [ColumnProfile]) -> [DecimalMark] {
        let rows = records.count - firstRow
        var points = profiles.map(\.points)
        records.withCells { view in
            for row in 0..<rows {
                for column in profiles.indices where profiles[column].numberCount > 0 {
                    let (cell, _) = view.cell(row: row + firstRow, column: column)
                    guard case .number(let number) = cells.read(cell, preferring: .point),
                        number.evidence == .none, number.value.isFinite, number.unit == 0
                    else { continue }
                    if WrittenNumber.pointEvidence(cell) == .point { points[column] += 1 }
                }
            }
        }
        let columns = profiles.indices
        let withCommas = columns.count { profiles[$0].commas > points[$0] }
        let withPoints = columns.count { points[$0] > profiles[$0].commas }
        var usual = withCommas > withPoints ? DecimalMark.comma : .point
        // Semicolons are there because commas are taken.
        if withCommas + withPoints == 0, isSemicolonSeparated { usual = .comma }
        return columns.map { column in
            let commas = profiles[column].commas
            return commas > points[column] ? .comma : points[column] > commas ? .point : usual
        }
    }
}
