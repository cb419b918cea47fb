import KalsaeFiles
import KalsaeSupport

/// What is known of a table that does not fit into memory after one pass over its file: how many rows
/// it has, and some of them, drawn at random.
package struct TableSample {
    /// The rows that were drawn, with the first that hold a class, or a text among numbers.
    package let table: Table
    /// Their numbers in the file, from 0, ascending.
    package let rows: [Int]
    /// Rows of the file.
    package let rowCount: Int
    /// What was taken for granted about the file.
    package let reading: CSVGuesses

    /// Reads all rows.
    ///
    /// - Parameter bytes: how much text is drawn.
    package init(
        _ passes: CSVPasses, target: String, bytes: Int, seed: UInt64
    ) throws(KalsaeError) {
        let column = try Table(passes.first).position(of: target)
        try passes.begin(keepingTextOf: [column])
        var reservoir = RowReservoir(bytes: bytes, seed: seed)
        var rare = RareRows(target: column)
        var count = 0
        while true {
            let pieces = try passes.next()
            if pieces.isEmpty { break }
            for piece in pieces {
                let table = piece.table
                let wanted = rare.rows(of: table)
                let own = (0..<table.rowCount).filter {
                    reservoir.takes(count + $0) || wanted.contains($0)
                }
                var text: [UInt8] = []
                let ends = piece.append(rows: own, to: &text)
                reservoir.add(
                    own.map { count + $0 }, lines: own.map { table.line(ofRow: $0) },
                    kept: Set(wanted.map { count + $0 }), text: text, ends: ends)
                count += table.rowCount
            }
        }
        reservoir.finish()
        rowCount = count
        rows = reservoir.rows.map(\.number)
        let csv = try passes.table(rows: reservoir.text, lines: reservoir.rows.map(\.line))
        table = Table(csv)
        reading = passes.guesses(rows: count, csv.columns)
    }
}

/// The first rows with each class, and with each text among numbers: a sample may miss them.
private struct RareRows {
    let target: Int
    private var texts: Set<String> = []
    private var numbers: Set<Double> = []
    private var words: [Int: Set<String>] = [:]

    /// More classes, numbers of a target, and words of a column are no rare ones.
    private static let mostClasses = 1_000
    private static let mostNumbers = 64
    private static let mostWords = 20

    init(target: Int) { self.target = target }

    mutating func rows(of csv: CSV) -> Set<Int> {
        var rows: Set<Int> = []
        for (column, known) in csv.columns.enumerated() where column != target {
            for cell in known.unreadable {
                var own = words[column] ?? []
                guard own.count < Self.mostWords, own.insert(cell.text).inserted else { continue }
                words[column] = own
                rows.insert(cell.row)
            }
        }
        if csv.columns[target].kind == .numbers, csv.columns[target].unreadableCount == 0 {
            guard numbers.count < Self.mostNumbers, let own = csv.numbers(of: target) else {
                return rows
            }
            for (row, number) in own.enumerated() where !number.isNaN {
                if numbers.count < Self.mostNumbers, numbers.insert(number).inserted {
                    rows.insert(row)
                }
            }
        } else if texts.count < Self.mostClasses {
            let (codes, names) = csv.codes(of: target)
            for (code, name) in names.enumerated()
            where texts.count < Self.mostClasses && texts.insert(name).inserted {
                if let row = codes.firstIndex(of: Int32(code)) { rows.insert(row) }
            }
        }
        return rows
    }
}
