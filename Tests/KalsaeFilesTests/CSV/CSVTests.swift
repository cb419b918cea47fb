import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct CSVTests {
    private func rows(_ csv: CSV) -> [[String]] {
        (0..<csv.rowCount).map { row in
            (0..<csv.columnCount).map { csv.text(row: row, column: $0) }
        }
    }

    private func read(_ text: String, header: CSV.HeaderRule = .absent) throws -> CSV {
        try CSV(Array(text.utf8), subject: "a.csv", header: header)
    }

    private func fault(_ text: String) -> String { message { _ = try read(text) } }

    @Test func quotesSeparatorsAndLineEnds() throws {
        let quoted = "a,\"b,c\",\"d\"\"e\"\n\"f\ng\",, h \n"
        #expect(try rows(read(quoted)) == [["a", "b,c", "d\"e"], ["f\ng", "", "h"]])
        for end in ["\n", "\r\n", "\r"] {
            for separator in [",", ";", "\t"] {
                let text = ["1\(separator)2", "3\(separator)4", ""].joined(separator: end)
                #expect(try rows(read(text)) == [["1", "2"], ["3", "4"]])
            }
        }
        #expect(try rows(read("1,2\n\n\r\n3,4")) == [["1", "2"], ["3", "4"]])
        #expect(try rows(read("\u{FEFF}1,2")) == [["1", "2"]])
        #expect(try rows(read("1,\n,2")) == [["1", ""], ["", "2"]])
        #expect(try rows(read("1\n\"\"\n2\n")) == [["1"], [""], ["2"]])
        #expect(try rows(read("\" a \",b")) == [[" a ", "b"]])
        #expect(try rows(read("a;b,c\nd;e\n")) == [["a", "b,c"], ["d", "e"]])
    }

    @Test func gzipIsRead() throws {
        let csv = try CSV(Gzip.compress(Array("1,2\n".utf8)), header: .absent)
        #expect(rows(csv) == [["1", "2"]])
    }

    @Test func linesCountLinesNotRows() throws {
        let csv = try read("x,y\n\n\"1\r\n2\n3\",4\r\n5,6\n", header: .present)
        #expect(csv.header == ["x", "y"])
        #expect(csv.rowCount == 2)
        #expect(csv.line(ofRow: 0) == 3)
        #expect(csv.line(ofRow: 1) == 6)
    }

    @Test func cellsAreClassified() throws {
        let texts = [
            "1", "-2.5", "+.5", "5.", "1e3", "0.1", "123456789012345678901234567890", "", "NA",
            "nan",
            "?", "inf", "-Infinity", "1e999", "abc", "1 2", "0x10", "1e", ".", "-", "None",
        ]
        let expected: [CSV.Cell] = [
            .number(1), .number(-2.5), .number(0.5), .number(5), .number(1000), .number(0.1),
            .number(1.2345678901234568e29), .missing, .missing, .missing, .missing,
            .infinite, .infinite, .infinite, .text, .text, .text, .text, .text, .text, .missing,
        ]
        let csv = try read(texts.joined(separator: ","))
        #expect(csv.columnCount == expected.count)
        for (column, cell) in expected.enumerated() {
            #expect(csv.cell(row: 0, column: column) == cell, "\(texts[column])")
        }
    }

    @Test func numbersAreExactlyRounded() throws {
        var generator = TestGenerator(3)
        var texts: [String] = []
        for _ in 0..<2_000 {
            let value = Double(bitPattern: generator.next())
            if value.isFinite { texts.append("\(value)") }
            let digits = generator.next() % 100_000_000
            texts.append("\(digits % 1000).\(digits)e\(Int(generator.next() % 60) - 30)")
        }
        let csv = try read(texts.joined(separator: ","))
        for (column, text) in texts.enumerated() {
            let expected = try #require(Double(text))
            #expect(csv.cell(row: 0, column: column) == .number(expected), "\(text)")
        }
    }

    @Test func headersAreSniffed() throws {
        let cases: [(String, [String]?)] = [
            ("x,y\n1,2\n3,4\n", ["x", "y"]),
            ("1,2\n3,4\n", nil),
            ("name,size\na,1\nb,2\n", ["name", "size"]),
            ("a,1\nb,2\na,3\n", nil),
            ("color,taste\nred,sweet\ngreen,sour\nred,sweet\n", ["color", "taste"]),
            ("red,sweet\ngreen,sour\nred,sweet\n", nil),
            (",x\n0,5\n1,6\n", ["column 1", "x"]),
            ("x,2001,2002\na,1,2\n", nil),
            ("?,2\n1,3\n", nil),
        ]
        for (text, header) in cases {
            #expect(try read(text, header: .sniffed).header == header, "\(text)")
        }
    }

    @Test func eachFaultHasItsMessage() throws {
        #expect(fault("") == "a.csv: expected rows of cells, got an empty file")
        #expect(fault("\n\n") == "a.csv: expected rows of cells, got blank lines")
        #expect(
            fault("1,2\n\n3\n") == "a.csv: expected 2 cells, as on line 1, got 1 on line 3; "
                + "if the separator is not comma, say --separator")
        #expect(
            fault("1,2\n\"3,4\n5,6\n")
                == "a.csv: expected a closing quote, got none for the one that opens on line 2; "
                + "if quotes are data here, say --quote none")
        #expect(
            fault("1,2\n3,\"4\"5\n") == "a.csv: expected a separator or the line's end after the "
                + "closing quote, got none for the one that opens on line 2; "
                + "if quotes are data here, say --quote none")
        #expect(
            message { _ = try read("a,b\n", header: .present) }
                == "a.csv: expected rows of data, got a header alone")
        #expect(
            message { _ = try CSV(Array("é\nü,ü\nb".utf8) + [0xe9, 0x0a], subject: "a.csv") }
                == "a.csv: expected UTF-8 text, got the byte e9 on line 3; "
                + "correct it there, or name the encoding with --encoding")
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let cells = ["a", "", "b,c", "d\"e", "f\ng", " h ", "ü€😀", "\u{FEFF}x", ";", "\t", "\r\n"]
        var writer = CSVWriter()
        writer.append(cells)
        writer.append(cells.reversed())
        #expect(try rows(CSV(writer.bytes, header: .absent)) == [cells, cells.reversed()])
        var lone = CSVWriter()
        for cell in ["a", "", "b"] { lone.append([cell]) }
        #expect(try rows(CSV(lone.bytes, header: .absent)) == [["a"], [""], ["b"]])
        var plain = CSVWriter()
        plain.append(["species", "p, q", "say \"hi\""])
        #expect(plain.bytes == Array("species,\"p, q\",\"say \"\"hi\"\"\"\n".utf8))
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func thePublicTables() throws {
        let expected: [(String, rows: Int, columns: Int, first: String?)] = [
            ("iris.csv", 150, 5, "sepal_length"),
            ("titanic.csv", 891, 15, "survived"),
            ("auto_mpg.csv", 398, 9, "mpg"),
            ("california_housing.csv", 20_640, 10, "longitude"),
            ("wdbc.data", 569, 32, nil),
            ("wine_uci.csv", 178, 14, nil),
        ]
        for (name, rows, columns, first) in expected {
            let csv = try CSV(path: "\(dataFolder ?? "")/tabular/\(name)")
            #expect(csv.rowCount == rows, "\(name)")
            #expect(csv.columnCount == columns, "\(name)")
            #expect(csv.header?.first == first, "\(name)")
        }
    }
}
