import KalsaeFiles
import KalsaeSupport
import Testing

/// Separators, headers and what stands before a table, in files as programs export them.
@Suite struct CSVDialectTests {
    @Test(arguments: [
        ("a|b\n1|2\n3|4\n", CSVSeparator.pipe, [["1", "2"], ["3", "4"]]),
        ("a b   c\n1  2 3\n 4 5   6  \n", .blanks, [["1", "2", "3"], ["4", "5", "6"]]),
        // UCI's auto-mpg: blanks, and a tab before the quoted name.
        (
            "18.0   8   307.0\t\"chevrolet malibu\"\n15.0   8   350.0\t\"buick 320\"\n", .blanks,
            [["18.0", "8", "307.0", "chevrolet malibu"], ["15.0", "8", "350.0", "buick 320"]]
        ),
        (
            "A11 6 A34 1169\nA12 48 A32 5951\n", .blanks,
            [["A11", "6", "A34", "1169"], ["A12", "48", "A32", "5951"]]
        ),
        ("# note\na,b\n1,2\n", .comma, [["1", "2"]]),
        ("sep=;\na;b\n1;2\n", .semicolon, [["1", "2"]]),
        ("\u{FEFF}\"sep=|\"\r\na|b\r\n1|2\r\n", .pipe, [["1", "2"]]),
        ("30,5;700,2\n31,5;702,3\n", .semicolon, [["30,5", "700,2"], ["31,5", "702,3"]]),
        ("t,tags\n1,a;b\n2,c;d\n", .comma, [["1", "a;b"], ["2", "c;d"]]),
        (
            "x,when\n1,2021-01-01 10:00\n2,2021-01-01 11:00\n", .comma,
            [["1", "2021-01-01 10:00"], ["2", "2021-01-01 11:00"]]
        ),
        (
            "city\nNew York\nLos Angeles\nSan Jose\n", .comma,
            [["New York"], ["Los Angeles"], ["San Jose"]]
        ),
        ("price\n1 234\n5 678\n", .comma, [["1 234"], ["5 678"]]),
        ("a\tb c\n1\tx y\n2\tz w\n", .tab, [["1", "x y"], ["2", "z w"]]),
        ("a,b\n1,2,\n3,4,\n", .comma, [["1", "2"], ["3", "4"]]),
    ])
    func separators(_ text: String, _ separator: CSVSeparator, _ rows: [[String]]) throws {
        let csv = try CSV(text: text)
        #expect(csv.separator == separator)
        #expect(csv.texts == rows)
    }

    @Test func blanksAroundQuotesAreSkipped() throws {
        let csv = try CSV(text: "0.3, \"red\", \"0.39\"\n0.4 ,\t\"red\" , \"0.5\"\n")
        #expect(csv.texts == [["0.3", "red", "0.39"], ["0.4", "red", "0.5"]])
        #expect(csv.cells(2) == [0.39, 0.5])
    }

    @Test func quotesCanBeOthersOrNone() throws {
        let single = try CSV(text: "a,b\n'x,y',1\n'it''s',2\n", CSVOptions(quote: .single))
        #expect(single.texts == [["x,y", "1"], ["it's", "2"]])
        let none = try CSV(text: "a,b\n\"x,1\ny\",2\n", CSVOptions(quote: .none))
        #expect(none.texts == [["\"x", "1"], ["y\"", "2"]])
    }

    @Test func whatStandsBeforeTheTable() throws {
        let destatis = """
            Verbraucherpreisindex: Deutschland
            Stand: 12.03.2024

            Jahr;Monat;Index
            2023;Januar;114,3
            2023;Februar;115,2
            2023;März;116,1
            """
        let csv = try CSV(text: destatis)
        #expect(csv.header == ["Jahr", "Monat", "Index"])
        #expect(csv.cells(2) == [114.3, 115.2, 116.1])
        #expect(csv.line(ofRow: 0) == 5)
        #expect(csv.guesses.skippedLineCount == 3)
        #expect(csv.guess("--skip-lines") == "3 not read")
        // A spreadsheet fills the title's line with separators.
        let sheet = try CSV(text: "Umsatz 2023;;\nMonat;Menge;Wert\nJan;1;2,5\nFeb;2;3,5\n")
        #expect(sheet.header == ["Monat", "Menge", "Wert"])
        let told = try CSV(text: "1;2\n3;4\n5;6\n", CSVOptions(skippedLines: 1))
        #expect(told.texts == [["3", "4"], ["5", "6"]])
        #expect(told.line(ofRow: 0) == 2)
    }

    @Test func commentsMayNameTheColumns() throws {
        let csv = try CSV(text: "## made by x\n#id,size\n1,2.5\n# pause\n2,3.5\n")
        #expect(csv.header == ["id", "size"])
        #expect(csv.cells(1) == [2.5, 3.5])
        #expect(csv.guesses.commentCount == 1)
        #expect(
            try CSV(text: "#,Name,HP\n1,Bulbasaur,45\n2,Ivysaur,60\n").header == [
                "#", "Name", "HP",
            ])
        #expect(try CSV(text: "color,n\n#ff0000,1\n#00ff00,2\n").texts[0] == ["#ff0000", "1"])
    }

    @Test func namesThatComeTwiceAreNumbered() throws {
        let csv = try CSV(text: "a,b,a,a.1,,a\n1,2,3,4,5,6\n")
        #expect(csv.header == ["a", "b", "a.2", "a.1", "column 5", "a.3"])
        #expect(csv.guesses.renamed == ["a.2": "a", "a.3": "a"])
        #expect(csv.guess("--header")?.contains("a further \"a\" is called \"a.2\"") == true)
    }

    @Test func surveysHaveSeveralLinesOfNames() throws {
        let survey = """
            Q1,Q2,Q3
            "How old are you?
            (in years)",How many children?,Where?
            {"ImportId":"QID1"},{"ImportId":"QID2"},{"ImportId":"QID3"}
            34,2,Berlin
            51,0,Bonn
            28,1,Köln
            45,,Ulm
            """.replacing("{\"ImportId\":\"QID", with: "\"{\"\"ImportId\"\":\"\"QID").replacing(
                "\"}", with: "\"\"}\"")
        let csv = try CSV(text: survey)
        #expect(csv.header == ["Q1", "Q2", "Q3"])
        #expect(csv.guesses.headerLineCount == 3)
        #expect(csv.cells(0) == [34, 51, 28, 45])
        #expect(csv.line(ofRow: 0) == 5)
        let units = try CSV(text: "t,load,name\ns,kN,-\n1,5,a\n2,6,b\n3,7,c\n4,8,d\n")
        #expect(units.guesses.headerLineCount == 2)
        #expect(units.cells(1) == [5, 6, 7, 8])
        // A cell of text in one column is an unreadable number, not a name.
        #expect(try CSV(text: "a,b\nx,1\n2,2\n3,3\n4,4\n5,5\n").guesses.headerLineCount == 1)
    }

    @Test func headersOverDatesAndUnderWords() throws {
        let cases: [(String, [String]?)] = [
            ("day,who\n2021-03-05,a\n2021-03-06,b\n", ["day", "who"]),
            ("2021-03-05,a\n2021-03-06,b\n2021-03-07,c\n", nil),
            ("zip;miete\n01001;700,5\n01002;812,5\n", ["zip", "miete"]),
            ("700,5;a\n812,5;b\n", nil),
            ("x,y\n1,2\n3,four\n5,6\n7,8\n9,10\n", ["x", "y"]),
        ]
        for (text, header) in cases { #expect(try CSV(text: text).header == header, "\(text)") }
        #expect(try CSV(text: "a,b\n1,2\n", CSVOptions(header: .absent)).texts.count == 2)
    }

    @Test func rTablesHaveAShortHeader() throws {
        let csv = try CSV(
            text: "\"mpg\" \"cyl\"\n\"Mazda RX4\" 21 6\n\"Datsun 710\" 22.8 4\n\"Duster\" 14.3 8\n")
        #expect(csv.header == ["column 1", "mpg", "cyl"])
        #expect(csv.cells(1) == [21, 22.8, 14.3])
    }

    @Test func optionsAreReadFromWords() throws {
        #expect(try CSVSeparator(named: "\\t") == .tab)
        #expect(try CSVSeparator(named: ";") == .semicolon)
        #expect(try CSVSeparator(named: "blanks") == .blanks)
        #expect(try DecimalMark(named: ",") == .comma)
        #expect(try CSVQuote(named: "none") == .none)
        #expect(
            message { _ = try CSVSeparator(named: "::") }
                == "--separator: expected comma, semicolon, tab, pipe, blanks or one character, "
                + "got \"::\"")
        #expect(
            message { _ = try DecimalMark(named: "x") }
                == "--decimal: expected point or comma, got \"x\"")
    }

    @Test func guessesAreToldInLinesAndAsJSON() throws {
        let csv = try CSV(text: "# n\na;b\n1,5;x\n-;y\n", CSVOptions(separator: .semicolon))
        let lines = csv.guesses.lines.map { "\($0.name): \($0.value) (\($0.option))" }
        #expect(
            lines == [
                "encoding: UTF-8 (--encoding)", "separator: semicolon (--separator)",
                "decimal mark: comma (--decimal)",
                "header: yes: text above numbers or dates (--header, --no-header)",
                "missing cells: \"-\" 1 (--missing)",
                "lines before the table: 1 not read (--skip-lines)",
                "rows: 2 ()",
            ])
        let json = csv.guesses.json
        #expect(json["separator"]?.string == "semicolon")
        #expect(json["rows"]?.integer == 2)
        #expect(json["told"] == .array([.string("--separator")]))
        #expect(try JSONValue(parsing: json.bytes) == json)
    }
}
