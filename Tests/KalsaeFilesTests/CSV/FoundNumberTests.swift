import KalsaeFiles
import Testing

/// Numbers with measures, multipliers, digits of other scripts and further words for nothing.
@Suite struct FoundNumberTests {
    private func column(_ cells: [String]) throws -> CSV {
        let text = cells.joined(separator: "\n") + "\n"
        return try CSV(text: text, CSVOptions(separator: .tab, header: .absent))
    }

    @Test(arguments: [
        (["12 kg", "7.5 kg", "0.5 kg"], [12, 7.5, 0.5], "kg"),
        (["2.5cm", "10cm"], [2.5, 10], "cm"),
        (["19.67 kmpl", "23.4 kmpl"], [19.67, 23.4], "kmpl"),
        (["1,248 CC", "998 CC"], [1248, 998], "CC"),
        (["-3.5 °C", "12 °C"], [-3.5, 12], "°C"),
        (["45 m²", "120,5 m²"], [45, 120.5], "m²"),
        (["30세", "41세"], [30, 41], "세"),
        (["90 min", "120 min"], [90, 120], "min"),
        (["1.5k", "300", "2M"], [1500, 300, 2_000_000], "k, M"),
        (["€110.5M", "€565K", "€0"], [110_500_000, 565_000, 0], "€"),
        (["$1.1B", "$20m"], [1_100_000_000, 20_000_000], "$"),
        (["3억", "1.5억"], [300_000_000, 150_000_000], "k, M"),
        (["1,5 Mio. €", "0,8 Mio. €"], [1_500_000, 800_000], "€"),
    ])
    func measuresAndMultipliers(_ cells: [String], _ values: [Double], _ unit: String) throws {
        let csv = try column(cells)
        #expect(csv.columns[0].kind == .numbers)
        #expect(csv.numbers(of: 0) == values)
        #expect(csv.columns[0].unit == unit)
    }

    @Test(arguments: [
        (["１２３", "４．５"], [123, 4.5]), (["－７", "１，０００"], [-7, 1000]),
        (["١٢٣", "٤٫٥"], [123, 4.5]), (["۱۲", "۳۴"], [12, 34]), (["१२", "३४"], [12, 34]),
        (["５０％", "７％"], [50, 7]),
    ])
    func digitsOfOtherScripts(_ cells: [String], _ values: [Double]) throws {
        #expect(try column(cells).numbers(of: 0) == values)
    }

    @Test(arguments: [
        ["5 kg", "700 g", "3 kg", "20 g"], ["1A", "2B", "3C"], ["$5", "€6", "£7"],
        ["05 m", "06 m"],
        ["1 h 30 min", "2 h"], ["6'2\"", "5'11\""], ["4th", "5th"], ["9x7", "3x4"],
        ["1.5e3k", "2e3k"],
    ])
    func severalUnitsAreText(_ cells: [String]) throws {
        let csv = try column(cells)
        #expect(csv.columns[0].kind == .text)
        #expect(csv.texts.map { $0[0] } == cells)
    }

    @Test(arguments: ["\\N", "NaT", "(null)", "(blank)", "#N/D", "N/D", "ohne Angabe", "자료없음"])
    func furtherWordsForNothing(_ word: String) throws {
        let csv = try column(["1.5", word, "2"])
        #expect(csv.cells(0) == [1.5, nil, 2])
        #expect(csv.columns[0].missingWords == [word: 1])
    }

    @Test func cellsOfBlanksBeyondASCIIAreEmpty() throws {
        let csv = try column(["1", "\u{a0}", "\u{3000}\u{200b}", "2"])
        #expect(csv.cells(0) == [1, nil, nil, 2])
        #expect(csv.columns[0].unreadableCount == 0)
    }

    /// Codes stand for the texts that a `String` for each cell would have had.
    @Test func codesAreTextsByNumber() throws {
        var random = TestGenerator(7)
        let words = ["a", "b ", "\"NA\"", "NA", "", "\" c\"", "long text of many bytes", "\"NA\""]
        let cells = (0..<500).map { _ in words[Int(random.next() % 8)] + "" }
        let csv = try CSV(text: "x,y\n" + cells.map { "\($0),1\n" }.joined())
        let (codes, names) = csv.codes(of: 0)
        #expect(Set(names).count == names.count)
        #expect(Set(names) == ["a", "b", "NA", "c", "long text of many bytes"])
        for (row, cell) in cells.enumerated() {
            let isMissing = cell == "NA" || cell.isEmpty
            #expect((codes[row] < 0) == isMissing)
            let text = cell.filter { $0 != "\"" }.split(separator: " ").joined(separator: " ")
            if !isMissing { #expect(names[Int(codes[row])] == text) }
        }
        // More texts than the table of the hash begins with.
        let many = try CSV(text: "x,y\n" + (0..<5_000).map { "t\($0 % 3_000),1\n" }.joined())
        let all = many.codes(of: 0)
        #expect(all.names == (0..<3_000).map { "t\($0)" })
        #expect(all.codes == (0..<5_000).map { Int32($0 % 3_000) })
    }
}
