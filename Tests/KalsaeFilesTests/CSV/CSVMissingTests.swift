import KalsaeFiles
import Testing

/// Words for nothing, as pandas, R, spreadsheets and offices of statistics write them.
@Suite struct CSVMissingTests {
    @Test(arguments: [
        "", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?", "None", "<NA>", "#N/A", "#NA",
        ".", "-", "--", "unknown", "Unknown", "missing", "#DIV/0!", "#NV", "..", "…", "n.a.",
        "k.A.",
        "미상", "없음", "keine Angabe", "-nan", "1.#QNAN", "—",
    ])
    func amongNumbers(_ word: String) throws {
        for text in [word, "\"\(word)\""] {
            let csv = try CSV(text: "x,y\n1,a\n\(text),b\n3,c\n")
            #expect(csv.cells(0) == [1, nil, 3])
            #expect(csv.columns[0].kind == .numbers)
            #expect(csv.columns[0].missingCount == 1)
            #expect(csv.guesses.missingWords == (word.isEmpty ? [:] : [word: 1]))
        }
    }

    @Test func aQuotedWordInAColumnOfTextIsText() throws {
        let csv = try CSV(text: "continent,n\n\"EU\",1\n\"NA\",2\nNA,3\n\"AS\",4\n")
        #expect(csv.cells(0) == [.text, .text, nil, .text])
        #expect(csv.isQuoted(row: 1, column: 0))
        #expect(!csv.isQuoted(row: 2, column: 0))
        #expect(csv.guesses.missingWords == ["NA": 1])
        #expect(csv.guess("--missing") == "\"NA\" 1")
    }

    @Test func aCategoryMayBeCalledUnknown() throws {
        let csv = try CSV(text: "job,n\nunknown,1\nclerk,2\n-,3\nNone,4\n")
        #expect(csv.cells(0) == [.text, .text, .text, nil])
    }

    @Test func wordsThatAreToldReplaceTheUsualOnes() throws {
        let text = "x,y\n-999,NA\n1,\"weg\"\n,b\n"
        let csv = try CSV(text: text, CSVOptions(missing: ["-999", "weg"]))
        #expect(csv.cells(0) == [nil, 1, nil])
        #expect(csv.cells(1) == [.text, nil, .text])
        #expect(csv.guesses.missingWords == ["-999": 1, "weg": 1])
        let none = try CSV(text: "x,y\nNA,1\nEU,2\n", CSVOptions(missing: []))
        #expect(none.cells(0) == [.text, .text])
        #expect(csv.guesses.lines.first { $0.option == "--missing" }?.isGiven == true)
    }

    @Test func aBlankLineInOneColumnIsAMissingCell() throws {
        let csv = try CSV(text: "x\n1\n\n3\n\n\n")
        #expect(csv.cells(0) == [1, nil, 3])
        #expect((0..<3).map { csv.line(ofRow: $0) } == [2, 3, 4])
        #expect(try CSV(text: "\n\nx\r\n1\r\n  \r\n2").cells(0) == [1, nil, 2])
        // With more columns a blank line says nothing.
        let two = try CSV(text: "x,y\n1,2\n\n3,4\n")
        #expect(two.cells(0) == [1, 3])
        #expect(two.guesses.blankLineCount == 1)
    }

    @Test func aColumnOfWordsAloneIsEmpty() throws {
        let csv = try CSV(text: "a,b,c\n,NA,-\n,NA,-\n", CSVOptions(header: .present))
        #expect(csv.columns.map(\.kind) == [.nothing, .nothing, .text])
        #expect(csv.cells(1) == [nil, nil])
    }
}
