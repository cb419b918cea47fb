import Testing

@testable import KalsaeFiles

/// Tables that are read in parts, beside the same read as a whole.
@Suite struct CSVPartsTests {
    /// 8,000 rows of numbers, dates and words, and what is put among them.
    private static func table(
        _ lineEnd: String = "\n", rows: Int = 8_000, end: String = "",
        _ line: (Int, String) -> String = { $1 }
    ) -> String {
        var text = "id,value,share,day,name\(lineEnd)"
        for row in 0..<rows {
            let value = Double((row * 7_919) % 100_003 - 50_000) / 1_000
            let share = row % 11 == 3 ? "NA" : row % 13 == 5 ? "" : "\(row % 17)e-3"
            let day = "2024-0\(row % 9 + 1)-1\(row % 10)"
            let name = row % 5 == 0 ? "\"word \(row % 40), \"\"é\"\"\"" : "word \(row % 40)"
            text += line(row, "\(row),\(value),\(share),\(day),\(name)") + lineEnd
        }
        return text + end
    }

    static let tables: [(name: String, text: String)] = [
        ("plain", table()),
        ("CRLF", table("\r\n")),
        ("no line end at the end", table(end: "8000,1,2,2024-01-01,last")),
        (
            "blank lines and repeated headers",
            table { row, line in
                row % 500 == 7
                    ? line + "\n\n" : row % 900 == 8 ? "id,value,share,day,name\n" + line : line
            }
        ),
        (
            "line breaks in quotes",
            table().replacing(",word 11", with: ",\"first\nsecond,\nthird\"")
        ),
        ("comments", "# made\n" + table { $0 % 700 == 9 ? "# note\n" + $1 : $1 }),
        ("separator too many", table { $0 % 700 == 9 ? $1 + "," : $1 }),
        ("totals behind", table(end: "Total,12,13,,\n")),
        ("notes behind", table(end: "\nSource: somebody\n")),
        ("late text", table { $0 == 7_000 ? "x" + $1 : $1 }),
        ("late zeros", table { $0 > 7_000 ? "0" + $1 : $1 }),
        (
            "units",
            table { row, line in
                row == 7_500 ? line.replacing(",", with: " %,", maxReplacements: 1) : line
            }
        ),
    ]

    @Test(arguments: CSVPartsTests.tables.map(\.name), [1, 3])
    func areAsTheWhole(name: String, threads: Int) throws {
        let text = try #require(Self.tables.first { $0.name == name }).text
        let bytes = Array(text.utf8)
        let source = CSVSource(
            subject: "a.csv", options: CSVOptions(), encoding: "UTF-8", hasEncodingMark: false,
            isCompressed: false)
        let whole = try #require(try CSV(text: bytes, source, isLast: true))
        let parts = try #require(
            CSV(CSVText(bytes), source, CSVParts(size: 5_000, threads: threads)))
        try #require(parts.rowCount == whole.rowCount)
        #expect(parts.guesses == whole.guesses)
        #expect(parts.header == whole.header)
        #expect(parts.texts == whole.texts)
        for column in 0..<whole.columnCount {
            #expect(parts.cells(column) == whole.cells(column))
            #expect(parts.codes(of: column).codes == whole.codes(of: column).codes)
            #expect(parts.codes(of: column).names == whole.codes(of: column).names)
            #expect(
                parts.numbers(of: column)?.map(\.bitPattern)
                    == whole.numbers(of: column)?.map(\.bitPattern))
            for row in stride(from: 0, to: whole.rowCount, by: 7) {
                #expect(parts.line(ofRow: row) == whole.line(ofRow: row))
                #expect(
                    parts.number(row: row, column: column) == whole.number(row: row, column: column)
                )
                #expect(
                    parts.isQuoted(row: row, column: column)
                        == whole.isQuoted(row: row, column: column))
            }
        }
    }

    /// Faults are told by the reading as a whole, with their lines.
    @Test(arguments: [
        "1,2,3\n", "\"open,2,3\n", "1,2,3,4,5,6,7\n", "1,5,2,2024-01-01,\u{0}\"a\"b\n",
    ])
    func leavesFaults(line: String) {
        let text = Self.table { $0 == 6_000 ? line + $1 : $1 }
        let source = CSVSource(
            subject: "a.csv", options: CSVOptions(), encoding: "UTF-8", hasEncodingMark: false,
            isCompressed: false)
        #expect(CSV(CSVText(Array(text.utf8)), source, CSVParts(size: 5_000, threads: 2)) == nil)
    }
}
