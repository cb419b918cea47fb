import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

/// Files that are read several times in pieces, beside the same as a stream and as a whole.
@Suite struct CSVPassesTests {
    private static let rows = 40_000

    /// More than the first megabyte, behind which rows are changed.
    static let texts: [(name: String, text: String)] = [
        ("plain", table()),
        ("CRLF", CSVPartsTests.table("\r\n", rows: rows)),
        (
            "no line end at the end",
            CSVPartsTests.table(rows: rows, end: "40000,1,2,2024-01-01,last")
        ),
        (
            "line breaks in quotes",
            table { $0 % 500 == 9 ? $1.replacing(",word", with: ",\"a\nlong,\nword") + "\"" : $1 }
        ),
        ("blank lines", table { $0 % 300 == 9 ? $1 + "\n\n" : $1 }),
        ("repeated headers", table { $0 % 900 == 9 ? "id,value,share,day,name\n" + $1 : $1 }),
        ("text among numbers", table { $0 % 900 == 9 ? "x" + $1 : $1 }),
        ("zeros in front", table { $0 % 900 == 9 ? "0" + $1 : $1 }),
        ("notes behind", CSVPartsTests.table(rows: rows, end: "\nSource: somebody\n")),
    ]

    private static func table(_ line: (Int, String) -> String = { $1 }) -> String {
        CSVPartsTests.table(rows: rows) { $0 < 36_000 ? $1 : line($0, $1) }
    }

    /// The rows of all pieces of a pass.
    private func pieces(_ passes: CSVPasses) throws -> [CSVPasses.Piece] {
        var all: [CSVPasses.Piece] = []
        while true {
            let some = try passes.next()
            if some.isEmpty { return all }
            all += some
        }
    }

    private func withText(_ name: String, _ body: (String) throws -> Void) throws {
        let text = try #require(Self.texts.first { $0.name == name }).text
        try withFolder { folder in
            let path = "\(folder)/table.csv"
            try AtomicFile.write(Array(text.utf8), to: path)
            try body(path)
        }
    }

    @Test(arguments: CSVPassesTests.texts.map(\.name), [1, 3])
    func passesAreAsTheStream(name: String, threads: Int) throws {
        try withText(name) { path in
            let stream = try CSVStream(path: path)
            var texts: [[String]] = []
            var cells: [[CSV.Cell]] = [[], [], [], [], []]
            var lines: [Int] = []
            while let table = try stream.next() {
                texts += table.texts
                for column in cells.indices { cells[column] += table.cells(column) }
                lines += (0..<table.rowCount).map { table.line(ofRow: $0) }
            }
            let passes = try CSVPasses(
                path: path, options: CSVOptions(), size: 30_000, threads: threads)
            for pass in 0..<2 {
                try passes.begin()
                let all = try pieces(passes)
                #expect(all.count > 5)
                try #require(all.reduce(0) { $0 + $1.table.rowCount } == lines.count)
                if pass > 0 { continue }
                #expect(all.flatMap(\.table.texts) == texts)
                for column in cells.indices {
                    #expect(all.flatMap { $0.table.cells(column) } == cells[column])
                }
                let own = all.flatMap { piece in
                    (0..<piece.table.rowCount).map { piece.table.line(ofRow: $0) }
                }
                #expect(own == lines)
            }
        }
    }

    /// Rows taken out as text, and read again, are as they were, with their lines.
    @Test(arguments: CSVPassesTests.texts.map(\.name))
    func takenRows(name: String) throws {
        try withText(name) { path in
            let passes = try CSVPasses(path: path, options: CSVOptions(), size: 30_000, threads: 2)
            try passes.begin()
            var (text, lines): ([UInt8], [Int]) = ([], [])
            var expected: [[String]] = []
            for piece in try pieces(passes) {
                let own = Array(stride(from: 3, to: piece.table.rowCount, by: 37))
                let ends = piece.append(rows: own, to: &text)
                #expect(ends.count == own.count)
                #expect(ends.last ?? text.count == text.count)
                lines += own.map { piece.table.line(ofRow: $0) }
                expected += own.map { row in
                    (0..<5).map { piece.table.text(row: row, column: $0) }
                }
            }
            let table = try passes.table(rows: text, lines: lines)
            try #require(table.rowCount == expected.count)
            #expect(table.header == ["id", "value", "share", "day", "name"])
            #expect(table.texts == expected)
            #expect((0..<table.rowCount).map { table.line(ofRow: $0) } == lines)

            // A pass whose columns are read as those of the rows that were taken.
            try passes.begin(like: table, keepingTextOf: [1])
            var row = 0
            for piece in try pieces(passes) {
                for own in stride(from: 3, to: piece.table.rowCount, by: 37) {
                    for column in 0..<5 {
                        #expect(
                            piece.table.number(row: own, column: column)
                                == table.number(row: row, column: column))
                    }
                    row += 1
                }
            }
            #expect(row == table.rowCount)
        }
    }

    @Test func faultsHaveTheirLine() throws {
        let text = CSVPartsTests.table(rows: Self.rows) { $0 == 39_000 ? "1,2,3\n" + $1 : $1 }
        try withFolder { folder in
            let path = "\(folder)/table.csv"
            try AtomicFile.write(Array(text.utf8), to: path)
            let passes = try CSVPasses(path: path, options: CSVOptions(), size: 30_000, threads: 2)
            try passes.begin()
            let told = message { _ = try pieces(passes) }
            #expect(told.contains("3 on line 39002"), "\(told)")
        }
    }

    /// The byte is on a line of its own number, far behind where the piece begins.
    @Test func bytesThatAreNoTextHaveTheirLine() throws {
        var bytes = Array(CSVPartsTests.table(rows: Self.rows).utf8)
        let feeds = bytes.indices.filter { bytes[$0] == 0x0a }
        bytes[feeds[38_998] + 2] = 0xff
        try withFolder { folder in
            let path = "\(folder)/table.csv"
            try AtomicFile.write(bytes, to: path)
            let passes = try CSVPasses(path: path, options: CSVOptions(), size: 30_000, threads: 2)
            try passes.begin()
            let told = message { _ = try pieces(passes) }
            #expect(told.contains("got the byte ff on line 39000;"), "\(told)")
        }
    }

    /// What is lost is said; nothing is wrong with the encoding.
    @Test func aFileThatBecomesShorterIsTold() throws {
        try withText("plain") { path in
            let passes = try CSVPasses(path: path, options: CSVOptions(), size: 30_000, threads: 2)
            try passes.begin()
            #expect(truncate(path, 1_400_000) == 0)
            let told = message { _ = try pieces(passes) }
            #expect(told.contains("got an end after 1400000: the file became shorter"), "\(told)")
        }
    }

    @Test func standardInputIsRefused() {
        let told = message { _ = try CSVPasses(path: "-", options: CSVOptions()) }
        #expect(told.contains("read more than once"))
    }
}
