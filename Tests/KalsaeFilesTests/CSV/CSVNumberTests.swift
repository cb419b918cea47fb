import KalsaeFiles
import Testing

/// Numbers as they are exported in many lands; what each cell is worth is known by its spelling.
@Suite struct CSVNumberTests {
    /// The cells of a one-column file.
    private func column(_ cells: [String], _ options: CSVOptions = CSVOptions(header: .absent))
        throws
        -> CSV
    {
        var options = options
        options.separator = options.separator ?? .semicolon
        return try CSV(text: cells.joined(separator: "\n") + "\n", options)
    }

    @Test func decimalCommasAreNumbers() throws {
        let csv = try CSV(text: "area;rent\n30,5;700\n41;812,25\n-0,5;1,5E+03\n")
        #expect(csv.cells(0) == [30.5, 41, -0.5])
        #expect(csv.cells(1) == [700, 812.25, 1500])
        #expect(csv.header == ["area", "rent"])
        #expect(csv.guesses.decimal == .comma)
        #expect(csv.guess("--decimal") == "comma")
        #expect(csv.guess("--separator") == "semicolon")
        let stars = try CSV(text: "x;stars\n1;2,0\n2;3,5\n3;5,0\n")
        #expect(stars.cells(1) == [2, 3.5, 5])
        #expect(stars.cells(0) == [1, 2, 3])
    }

    @Test(arguments: [
        (["1,234", "12,345,678", "7"], [1234, 12_345_678, 7], DecimalMark.point),
        (["1,234.5", "1,234", "0.25"], [1234.5, 1234, 0.25], .point),
        (["1.234,5", "1.234", "0,25"], [1234.5, 1234, 0.25], .comma),
        (["1.234.567", "2.500", "3"], [1_234_567, 2500, 3], .comma),
        (["1 234", "12 345,5", "-1 000 000"], [1234, 12345.5, -1_000_000], .comma),
        (["1\u{a0}234,5", "2\u{a0}000"], [1234.5, 2000], .comma),
        (["1\u{202f}234,5", "2\u{202f}000"], [1234.5, 2000], .comma),
        (["1'234.50", "12’345.00"], [1234.5, 12345], .point),
        (["1,23,456", "12,34,56,789"], [123_456, 123_456_789], .point),
        (["5%", "12.5 %", "-3%"], [5, 12.5, -3], .point),
        (["$1,234.50", "-$5.00", "$-7", "($8.25)"], [1234.5, -5, -7, -8.25], .point),
        (["€ 12,50", "3,00 €", "1.234,00 €"], [12.5, 3, 1234], .comma),
        (["₩1,000", "₩25,000"], [1000, 25000], .point),
        (["1,000원", "2,500원"], [1000, 2500], .point),
        (["CHF 1'250.00", "CHF 80.50"], [1250, 80.5], .point),
        (["1234,50-", "99,00"], [-1234.5, 99], .comma),
        (["−1,5", "+2,5"], [-1.5, 2.5], .comma),
    ])
    func numbersOfManyLands(_ cells: [String], _ values: [Double], _ mark: DecimalMark) throws {
        // Semicolons would make a lone `1,234` a decimal comma; tabs tell nothing.
        let csv = try column(cells, CSVOptions(separator: .tab, header: .absent))
        #expect(csv.cells(0) == values.map { .number($0) })
        #expect(csv.columns[0].decimal == mark)
        #expect(csv.columns[0].kind == .numbers)
        #expect(csv.numbers(of: 0) == values)
    }

    @Test func aLoneMarkFollowsTheFile() throws {
        // Three digits behind one mark: decimals or thousands, as the other cells have it.
        #expect(try CSV(text: "a\tb\n1,234\t0,5\n2,345\t1,5\n").cells(0) == [1.234, 2.345])
        #expect(try CSV(text: "a,b\n\"1,234\",0.5\n\"2,345\",1.5\n").cells(0) == [1234, 2345])
        #expect(try CSV(text: "a,b\n\"1,234\",x\n\"2,345\",y\n").cells(0) == [1234, 2345])
        #expect(try CSV(text: "a;b\n1,234;x\n2,345;y\n").cells(0) == [1.234, 2.345])
        #expect(try CSV(text: "a;b\n1.234;0,5\n2.345;1,5\n").cells(0) == [1234, 2345])
        #expect(try CSV(text: "a;b\n1.234;x\n2.345;y\n").cells(0) == [1.234, 2.345])
        // Told, it is as told; what can only be read otherwise is read so, and counted.
        let told = try CSV(text: "a;b\n1.234;x\n2.5;y\n", CSVOptions(decimal: .comma))
        #expect(told.cells(0) == [1234, 2.5])
        #expect(told.columns[0].otherMarkCount == 1)
        #expect(told.guesses.lines.first { $0.option == "--decimal" }?.isGiven == true)
        let point = try CSV(text: "a;b\n1,234;x\n2,345;y\n", CSVOptions(decimal: .point))
        #expect(point.cells(0) == [1234, 2345])
    }

    @Test func eachColumnHasItsMark() throws {
        let csv = try CSV(text: "lat;lon;price\n52.51;13.4;1,5\n48.137;11.575;2,25\n")
        #expect(csv.cells(0) == [52.51, 48.137])
        #expect(csv.cells(1) == [13.4, 11.575])
        #expect(csv.cells(2) == [1.5, 2.25])
        #expect(csv.guess("--decimal") == "point, but comma in \"price\"")
    }

    @Test func leadingZerosAreText() throws {
        let csv = try CSV(text: "x,code\n1,007\n2,042\n3,7\n", CSVOptions(header: .present))
        #expect(csv.columns[1].kind == .text)
        #expect(csv.columns[1].hasLeadingZeros)
        #expect(csv.texts.map { $0[1] } == ["007", "042", "7"])
        #expect(csv.cells(1) == [.text, .text, 7])
        #expect(csv.number(row: 1, column: 1) == 42)
        let zips = try CSV(text: "zip,n\n01001,1\n90210,2\n")
        #expect(zips.columns[0].kind == .text)
        // With decimals about, they are numbers.
        #expect(try column(["0.5", "0", "00.25", "007"]).cells(0) == [0.5, 0, 0.25, 7])
        #expect(try column(["0", "-0", "10"]).columns[0].kind == .numbers)
    }

    @Test(arguments: [
        ["10-20", "30-40"], ["2021-03-05", "2021-03-06"], ["12.05.2021", "13.05.2021"],
        ["192.168.100.101", "192.168.100.102"], ["1,2,5", "3,4,6"], ["12:30", "12:45"],
        ["020 123 456", "030 555 111"], ["52.5, 13.4", "48.1, 11.5"], ["1 2", "3 4"],
        ["$5 or €6", "$7 or €8"], ["1e", "2e"], ["5 kgs", "6 kgs"], ["A1", "B2"], ["1/2", "3/4"],
    ])
    func whatOnlyLooksLikeNumbersIsText(_ cells: [String]) throws {
        let csv = try column(cells, CSVOptions(separator: .tab, header: .absent))
        #expect(csv.columns[0].kind == .text)
        #expect(csv.cells(0).allSatisfy { $0 == .text })
        #expect(csv.texts.map { $0[0] } == cells)
    }

    @Test func unitsAreTold() throws {
        let csv = try CSV(text: "share;price\n5%;€ 12,50\n7,5%;€ 3,00\n")
        #expect(csv.cells(0) == [5, 7.5])
        #expect(csv.columns.map(\.unit) == ["%", "€"])
        // A second currency among many of the first is not the same number.
        let mixed = try column((1...30).map { "$\($0)" } + ["€5"])
        #expect(mixed.columns[0].unit == "$")
        #expect(mixed.cells(0).last == .text)
        #expect(mixed.columns[0].unreadable.map(\.line) == [31])
    }

    @Test func whatCannotBeReadIsNamedWithItsLine() throws {
        let cells = ["size"] + (1...40).map { "\($0)" } + ["about 7", "9"]
        let csv = try CSV(text: cells.joined(separator: "\n"))
        #expect(csv.columns[0].kind == .numbers)
        #expect(csv.columns[0].unreadableCount == 1)
        #expect(csv.columns[0].unreadable.map(\.row) == [40])
        #expect(csv.columns[0].unreadable.map(\.line) == [42])
        #expect(csv.columns[0].unreadable.map(\.text) == ["about 7"])
        #expect(csv.cell(row: 40, column: 0) == .text)
        #expect(csv.cell(row: 41, column: 0) == 9)
        // More than one in ten, and the column is text.
        #expect(try column(["1", "2", "x", "y"]).columns[0].kind == .text)
    }
}
