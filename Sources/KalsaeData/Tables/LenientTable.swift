import KalsaeFiles
import KalsaeSupport

/// A table in which what an encoder cannot read is missing: text and infinite numbers in columns of
/// numbers, and columns that are not there.
package struct LenientTable {
    /// Cells of one column that became missing ones.
    package struct Strays: Sendable, Equatable {
        /// The column's name.
        package let column: String
        /// How many cells.
        package var count: Int
        /// The text of the first; nil where the column is not there.
        package let text: String?
        /// The line of the first.
        package let line: Int
    }

    /// The table, as the encoder can read it; its CSV is the file's.
    package let table: Table
    /// What became missing, a column each.
    package let strays: [Strays]

    /// Takes as missing what an encoder cannot read.
    ///
    /// - Parameter withTarget: whether a number to predict is read too.
    /// - Throws: a `KalsaeError` for a file without a header that has another number of columns.
    package init(
        _ table: Table, _ encoder: TableEncoder, withTarget: Bool
    ) throws(KalsaeError) {
        var columns = table.columns
        var strays: [Strays] = []
        if encoder.hasHeader {
            var known = Set(columns.map(\.name))
            for feature in encoder.features where known.insert(feature.name).inserted {
                columns.append(
                    Table.Column(
                        name: feature.name, contents: .nothing,
                        counts: Table.CellCounts(missing: table.rowCount)))
                strays.append(
                    Strays(column: feature.name, count: table.rowCount, text: nil, line: 0))
            }
        }
        let whole = Table(csv: table.csv, columns: columns)
        var words: [Int: Set<String>] = [:]
        for feature in encoder.features {
            switch feature.kind {
            case .number, .robust:
                let column = try encoder.position(
                    of: feature.name, fitted: feature.column, in: whole)
                words[column] = Set(feature.missingWords)
            default: break
            }
        }
        if withTarget, case .value = encoder.target.kind {
            let column = try encoder.targetColumn(in: whole)
            words[column] = Set(encoder.target.missingWords)
        }
        for (column, own) in words.sorted(by: { $0.key < $1.key }) {
            var (numbers, rows) = whole.readNumbers(of: column, missing: own)
            rows = (rows + numbers.indices.filter { numbers[$0].isInfinite }).sorted()
            guard let first = rows.first else { continue }
            for row in rows { numbers[row] = .nan }
            let name = columns[column].name
            columns[column] = Table.Column(
                name: name, contents: .numbers(numbers), counts: columns[column].counts)
            strays.append(
                Strays(
                    column: name, count: rows.count,
                    text: table.csv.text(row: first, column: column),
                    line: table.csv.line(ofRow: first)))
        }
        self.table = Table(csv: table.csv, columns: columns)
        self.strays = strays
    }
}
