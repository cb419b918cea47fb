import KalsaeFiles
import KalsaeSupport
import Testing

/// Tables that are read in parts, beside the same read as a whole.
@Suite struct CSVPartsTests {
    /// 8,000 rows of numbers, dates and words, nearly all of them plain, and what is put among them.
    static func table(
        _ lineEnd: String = "\n", rows: Int = 8_000, end: String = "",
        _ line: (Int, String) -> String = { $1 }
    ) -> String {
        var text = "id,value,share,day,name\(lineEnd)"
        for row in 0..<rows {
            let value = Double((row * 7_919) % 100_003 - 50_000) / 1_000
            let share = row % 11 == 3 ? "NA" : row % 13 == 5 ? "" : "\(row % 17)e-3"
            let day = "2024-0\(row % 9 + 1)-1\(row % 10)"
            let word = "word \(row % 40)"
            let name =
                row % 1_000 == 0 ? "\"\(word), \"\"é\"\"\"" : row % 5 == 0 ? "\"\(word), é\"" : word
            text += line(row, "\(row),\(value),\(share),\(day),\(name)") + lineEnd
        }
        return text + end
    }

    static let tables: [(name: String, text: String)] = [
        ("plain", table()),
        ("CRLF", table("\r\n")),
        ("no line end at the end", table(end: "8000,1,2,2024-01-01,last")),
        ("no line end behind CRLF", table("\r\n", end: "8000,1,2,2024-01-01,last")),
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
        (
            "long line breaks in quotes",
            table { $0 % 1_000 == 9 ? $1 + "\"\n".replacing("\"", with: ",") : $1 }
                .replacing(
                    ",word 11",
                    with: ",\"" + String(repeating: "a line,\n", count: 2_000) + "\"",
                    maxReplacements: 3)
        ),
        ("comments", "# made\n" + table { $0 % 700 == 9 ? "# note\n" + $1 : $1 }),
        ("separator too many", table { $0 % 700 == 9 ? $1 + "," : $1 }),
        ("totals behind", table(end: "Total,12,13,,\n")),
        ("notes behind", table(end: "\nSource: somebody\n")),
        ("late text", table { $0 == 7_000 ? "x" + $1 : $1 }),
        ("late zeros", table { (7_300..<7_500).contains($0) ? "0" + $1 : $1 }),
        ("blanks at cells", table().replacing("word 1\n", with: "word 1 \n")),
        (
            "blanks and quotes around numbers",
            table { row, line in
                let cells = line.split(
                    separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
                return row % 3 == 0
                    ? " \(cells[0]) ,\"\(cells[1])\",\(cells[2])"
                    : "\"\(cells[0])\",\(cells[1])\t,\(cells[2])"
            }
        ),
        (
            "units",
            table { row, line in
                row == 7_500 ? line.replacing(",", with: " %,", maxReplacements: 1) : line
            }
        ),
        (
            "an index without a name",
            table { (7_000..<7_200).contains($0) ? $1 + "\n,value,share,day,name" : $1 }
                .replacing("id,value", with: ",value", maxReplacements: 1)
        ),
        (
            "long numbers",
            table { row, line in
                line.replacing(
                    ",2024", with: "12345678901234567\(row % 1_000),2024", maxReplacements: 1)
            }
        ),
        ("tabs", table().replacing(",", with: "\t")),
        ("columns of numbers", numbers()),
        ("a column alone", "x\n" + (0..<40_000).map { "\($0 % 977).5\n" }.joined()),
        (
            "a column alone with blank lines",
            "x\n" + (0..<40_000).map { $0 % 1_000 < 3 ? "\n" : "\($0).5\n" }.joined()
        ),
    ]

    private static func numbers() -> String {
        (0..<20_000).map {
            "\($0),\(Double($0) / 7),-\($0 * $0),\($0 % 9 == 0 ? "" : "1e\($0 % 30)")\n"
        }
        .joined()
    }

    @Test(arguments: CSVPartsTests.tables.map(\.name), [1, 3])
    func areAsTheWhole(name: String, threads: Int) throws {
        let text = try #require(Self.tables.first { $0.name == name }).text
        let whole = try CSV(text: text)
        let parts = try #require(
            CSV(inParts: Array(text.utf8), subject: "a.csv", size: 5_000, threads: threads))
        try expectEqual(parts, whole)
        for column in 0..<whole.columnCount {
            for row in stride(from: 0, to: whole.rowCount, by: 7) {
                #expect(
                    parts.number(row: row, column: column) == whole.number(row: row, column: column)
                )
                #expect(
                    parts.isQuoted(row: row, column: column)
                        == whole.isQuoted(row: row, column: column))
            }
        }
    }

    private func expectEqual(_ parts: CSV, _ whole: CSV) throws {
        try #require(parts.rowCount == whole.rowCount)
        try #require(parts.columnCount == whole.columnCount)
        #expect(parts.guesses == whole.guesses)
        #expect(parts.header == whole.header)
        #expect(parts.texts == whole.texts)
        for row in stride(from: 0, to: whole.rowCount, by: 11) {
            #expect(parts.line(ofRow: row) == whole.line(ofRow: row))
        }
        for column in 0..<whole.columnCount {
            #expect(parts.cells(column) == whole.cells(column))
            #expect(parts.codes(of: column).codes == whole.codes(of: column).codes)
            #expect(parts.codes(of: column).names == whole.codes(of: column).names)
            #expect(
                parts.numbers(of: column)?.map(\.bitPattern)
                    == whole.numbers(of: column)?.map(\.bitPattern))
        }
    }

    /// What is put anywhere into a regular table.
    private static let snippets = [
        "\"", "\"\"", "\n", "\r\n", "\r", ",", ",,", " ", "\t", "\u{0}", "#", "NA", "-", ".", "1e5",
        "1e999", "0", "00", "é", "\u{feff}", "%", "inf", "nan", "+", "1,5", ";",
        "\nTotal,1,2,3,4\n",
        "\nid,value,share,day,name\n", "\n\n\n", "\"a\nb\"", "99999999999999999999", "\n# note\n",
    ]

    /// Any text that is read in parts has the cells of the same read as a whole; what is read as a
    /// whole alone is told by it.
    @Test(arguments: 0..<12)
    func randomChanges(seed: Int) throws {
        var random = Philox(seed: UInt64(seed), stream: 7)
        let regular = Array(Self.table(seed % 3 == 0 ? "\r\n" : "\n", rows: 6_000).utf8)
        var readInParts = 0
        for _ in 0..<12 {
            var text = regular
            for _ in 0...random.next(below: 4) {
                // Most behind the part that guesses are made by.
                let least = random.next(below: 5) == 0 ? 0 : regular.count - 60_000
                let position = least + random.next(below: regular.count - least)
                let snippet = Self.snippets[random.next(below: Self.snippets.count)]
                text.insert(contentsOf: snippet.utf8, at: position)
            }
            let size = 1_000 + random.next(below: 20_000)
            guard let parts = CSV(inParts: text, subject: "a.csv", size: size, threads: 2) else {
                continue
            }
            readInParts += 1
            try expectEqual(parts, try CSV(text, subject: "a.csv"))
        }
        #expect(readInParts > 0)
    }

    /// Faults are told by the reading as a whole, with their lines.
    @Test(arguments: [
        "1,2,3\n", "\"open,2,3\n", "1,2,3,4,5,6,7\n", "1,5,2,2024-01-01,\u{0}\"a\"b\n",
    ])
    func leavesFaults(line: String) {
        let text = Self.table { $0 == 6_000 ? line + $1 : $1 }
        #expect(
            CSV(inParts: Array(text.utf8), subject: "a.csv", size: 5_000, threads: 2) == nil)
    }
}
