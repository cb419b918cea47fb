import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// The text of some rows of a table.
package struct RowCells: Sendable {
    /// The names of the columns.
    package var columns: [String] = []
    /// The cells by the number of the row, from 0.
    package var cells: [Int: [String]] = [:]
}

extension Predictor {
    /// The cells of some rows of a file, which is read part by part; nil for what is no table, or can
    /// be read only once.
    package func cells(
        of source: String, reading: CSVOptions, rows: [Int], isLenient: Bool = false
    ) throws -> RowCells? {
        guard let encoder = metadata.encoder, NamedSet(rawValue: source) == nil,
            !FileBytes.isInheritedPipe(source)
        else { return nil }
        let wanted = rows.sorted()
        var (found, first, next) = (RowCells(), 0, 0)
        let parts = try EncodedRows(
            path: source, encoder: encoder, reading: reading, isLenient: isLenient)
        try parts.eachPart { table in
            found.columns = table.columns.map(\.name)
            while next < wanted.count, wanted[next] < first + table.rowCount {
                found.cells[wanted[next]] = table.columns.indices.map {
                    table.csv.text(row: wanted[next] - first, column: $0)
                }
                next += 1
            }
            first += table.rowCount
        }
        return found
    }
}
