import KalsaeFiles
import Testing

/// What stands around the rows of a table besides a title: notes, totals, a second header, fillers.
@Suite struct CSVFooterTests {
    private func rows(_ count: Int, _ row: (Int) -> String) -> String {
        (0..<count).map { row($0) + "\n" }.joined()
    }

    @Test(arguments: [
        "\nSource: Office of Statistics\n\"Notes: a) estimated, b) revised\"\n",
        "Quelle: Amt für Statistik\n", "\n\nStand: 12.03.2024, ohne Gewähr, alle Angaben, x\n",
        "※ 잠정치\n", "* preliminary", "\nthis line has no word of notes\n",
    ])
    func notesAreNotRead(_ notes: String) throws {
        for count in [8, 300] {
            let text = "a,b,c\n" + rows(count) { "\($0),x\($0 % 3),1.5" } + notes
            let csv = try CSV(text: text)
            #expect(csv.rowCount == count)
            #expect(csv.guesses.footer?.text.isEmpty == false)
            #expect(csv.guess("--skip-footer")?.contains("not read from line") == true)
        }
    }

    @Test(arguments: ["7\n", "7,8\n", "Berl", "Berlin\n", "1,2,3,4\n5,6,7\n", "\n7,8\n"])
    func damagedRowsAreRefused(_ end: String) {
        let text = "a,b,c\n" + rows(80) { "\($0),x\($0 % 3),1.5" } + end
        #expect(message { _ = try CSV(text: text) }.contains("expected 3 cells"))
    }

    @Test(arguments: [
        "Total,780,12\n", "Summe:,780,12\n", "합계,780,12\n", ",,\n,,\n", "Source: me,,\n",
        "Grand Total,780,\n,,\nNote: x,,\n",
    ])
    func totalsAreNoRows(_ end: String) throws {
        let text = "region,sales,cost\n" + rows(60) { "R\($0 % 5),\($0),\($0 % 7)" } + end
        let csv = try CSV(text: text)
        #expect(csv.rowCount == 60)
        #expect(csv.guesses.footer?.line == 62)
        let all = try CSV(text: text, CSVOptions(skippedFooterLines: 0))
        #expect(all.rowCount > 60 && all.guesses.footer == nil)
        let one = try CSV(
            text: text + "9,9\n", CSVOptions(skippedFooterLines: 1))
        #expect(one.rowCount == all.rowCount)
    }

    @Test func aCategoryMayBeCalledTotal() throws {
        let csv = try CSV(text: "k,v\n" + rows(20) { "\($0 % 2 == 0 ? "Total" : "Part"),\($0)" })
        #expect(csv.rowCount == 20)
        let lone = try CSV(text: "k,a,b\n" + rows(19) { "x\($0)," + ($0 % 3 == 0 ? "," : "1,2") })
        #expect(lone.rowCount == 19)
    }

    @Test func filesThatWerePutTogetherHaveOneHeader() throws {
        let part = "\u{FEFF}a,b\n" + rows(30) { "\($0).5,x\($0 % 7)" }
        let csv = try CSV(text: part + part)
        #expect(csv.rowCount == 60)
        #expect(csv.columns[0].kind == .numbers && csv.columns[0].unreadableCount == 0)
        #expect(csv.guesses.repeatedHeaderCount == 1)
        #expect(csv.guess("--header, --no-header")?.contains("not read: 1") == true)
        // A mark in the middle is no part of a number or text.
        let marked = try CSV(text: "a,b\n1.5,x\n\u{FEFF}2.5,x\n3.5,y\n")
        #expect(marked.cells(0) == [1.5, 2.5, 3.5])
        let texts = try CSV(text: "b,a\nx,1\n\u{FEFF}x,2\ny,3\n").codes(of: 0)
        #expect(texts.names == ["x", "y"])
    }

    @Test func fillersOfNULAreBlanks() throws {
        let csv = try CSV(text: "a,b\n1.5\0\0,x\0\n2.5,\0y\n\0\0\0\n")
        #expect(csv.cells(0) == [1.5, 2.5])
        #expect(csv.texts == [["1.5", "x"], ["2.5", "y"]])
        #expect(try CSV(text: "a,b\n1,2\n" + String(repeating: "\0", count: 512)).rowCount == 1)
    }

    @Test(arguments: [
        ("^", CSVSeparator.byte(0x5e)), ("~", .byte(0x7e)), ("\u{1}", .byte(1)), (":", .byte(0x3a)),
    ])
    func rareSeparators(_ mark: String, _ separator: CSVSeparator) throws {
        let text = rows(20) { [$0 == 0 ? "a" : "\($0)", "x", "1.5"].joined(separator: mark) }
        let csv = try CSV(text: text)
        #expect(csv.separator == separator && csv.columnCount == 3)
    }

    @Test(arguments: ["10:30:00\n11:30:00\n12:45:10\n", "~5\n~6\n~7\n", "a:b\nc:d\ne:f\n"])
    func oneColumnStaysOne(_ cells: String) throws {
        for header in ["x\n", "time of day\n"] {
            let csv = try CSV(text: header + cells)
            #expect(csv.columnCount == 1 && csv.rowCount == 3)
            #expect(csv.guess("--separator") == "none seen, so the table has one column")
        }
    }

    @Test func lineEndsMayBeMixed() throws {
        let ends = ["\r", "\n", "\r\n"]
        let text = "a,b\r\n" + (0..<30).map { "\($0),x\(ends[$0 % 3])" }.joined()
        #expect(try CSV(text: text).cells(0) == (0..<30).map { .number(Double($0)) })
        #expect(try CSV(text: "a,b\r1,2\r3,4\r").rowCount == 2)
    }

    @Test func marksAndNotesEndAStreamToo() throws {
        let text = "a,b,c\n" + rows(300) { "\($0),x\($0 % 3),1.5" }
        for end in ["\nSource: me, and others\nhere\n", "Total,9,9\n", ",,\n"] {
            try withFolder { folder in
                try AtomicFile.write(Array((text + end).utf8), to: "\(folder)/a.csv")
                for size in [64, 1_000, 1 << 20] {
                    let stream = try CSVStream(path: "\(folder)/a.csv", partSize: size)
                    var count = 0
                    while let part = try stream.next() { count += part.rowCount }
                    #expect(count == 300, "\(end) \(size)")
                }
            }
        }
    }
}
