import KalsaeData
import KalsaeFiles
import Testing

/// Files as programs and people write them, and what each of their columns is.
@Suite struct PeoplesFilesTests {
    struct File: Sendable, CustomTestStringConvertible {
        var name: String
        var header: [String]
        var rows: Int
        var row: @Sendable (Int) -> String
        var end = "\n"
        /// What stands before and behind the rows.
        var before = ""
        var after = ""
        var roles: [ColumnRole]
        var missing = 0
        var testDescription: String { name }

        /// The rows with the header's cells before them, which are parted by a comma here.
        var text: String {
            let lines =
                (header.isEmpty ? [] : [header.joined(separator: separator)])
                + (0..<rows).map(row)
            return before + lines.joined(separator: end) + end + after
        }
        var separator = ","
    }

    static let files = [
        File(
            name: "Excel, German",
            header: ["Objekt", "Preis", "Fläche", "Datum", "Anteil", "Balkon"],
            rows: 60,
            row: { i in
                "Haus \(i % 5);\(1 + i * 7 % 60).\(100 + i),50 €;\(20 + i % 30),\(i % 10);"
                    + "\(1 + i % 28).0\(1 + i % 9).2024;\(i % 20),5%;\(i % 3 > 0 ? "Ja" : "Nein")"
            }, end: "\r\n", roles: [.category, .number, .number, .date, .number, .category],
            separator: ";"),
        File(
            name: "Excel, French", header: ["Ville", "Prix", "Date", "Garage"], rows: 60,
            row: { i in
                "\(["Nîmes", "Orléans"][i % 2]);\(1 + i % 50)\u{202f}\(100 + i),25 €;"
                    + "\(13 + i % 15)/0\(1 + i % 9)/2024;\(["oui", "non"][i % 2])"
            }, end: "\r\n", roles: [.category, .number, .date, .category], separator: ";"),
        File(
            name: "Excel, Korean", header: ["지역", "가격", "날짜", "응답"], rows: 60,
            row: { i in
                "\(["서울", "부산", "대구"][i % 3]),\"\(1 + i),\(100 + i)원\",2024년 \(1 + i % 12)월 "
                    + "\(1 + i % 28)일,\(["예", "아니오"][i % 2])"
            }, roles: [.category, .number, .date, .category]),
        File(
            name: "government, title and notes", header: ["District", "Population", "Area"],
            rows: 60, row: { "D\($0 % 9),\"\($0 % 9 + 1),\(100 + $0)\",\($0 * 7 % 60).5" },
            before: "Table 5: Population by district\nYear 2023\n\n",
            after: "Total,\"99,999\",1800\n\nSource: Office\n\"Notes: a) estimated, b) revised\"\n",
            roles: [.category, .number, .number]),
        File(
            name: "UCI", header: [], rows: 60,
            row: { "\(5 + $0 % 10).1,\($0 % 5).5,0.\($0 % 9),\($0 % 2 > 0 ? "Iris-a" : "Iris-b")" },
            after: "\n", roles: [.number, .number, .number, .category]),
        File(
            name: "log", header: [], rows: 60,
            row: {
                "2024-03-1\($0 % 9) \(10 + $0 % 9):\(10 + $0 % 50):00,\(100 + $0 * 7 % 800) [main] INFO "
                    + "request \($0) took \($0 * 3) ms"
            }, roles: [.date, .text]),
        File(
            name: "survey, two lines of names", header: ["Q1", "Q2", "Q3"], rows: 61,
            row: {
                $0 == 0
                    ? "\"How old are you?\",\"How satisfied?\",\"Any comments?\""
                    : "\(20 + $0 * 7 % 40),\(1 + $0 * 3 % 5),\"fine, thanks\nand \"\"more\"\" \($0)\""
            }, roles: [.number, .number, .text]),
        File(
            name: "measures", header: ["weight", "size", "value"], rows: 60,
            row: { "\(10 + $0 * 7 % 30) kg,\($0 * 7 % 9).5cm,€\(1 + $0 * 7 % 9).5M" },
            roles: [.number, .number, .number]),
        File(
            name: "lengths of time", header: ["ride", "duration", "start"], rows: 60,
            row: {
                "\(20 + $0 * 7 % 20):1\($0 % 9):05,\($0 % 5):\(10 + $0 % 50),\($0 % 24):\(10 + $0 % 50)"
            }, roles: [.date, .date, .date]),
        File(
            name: "ranges", header: ["age", "income"], rows: 60,
            row: { "\(["10-20", "20-30", "65+"][$0 % 3]),\(["<1000", "1000-2000"][$0 % 2])" },
            roles: [.category, .category]),
        File(
            name: "Swiss", header: ["a", "b", "c"], rows: 60,
            row: {
                "\(1 + $0 * 7 % 60)'\(100 + $0).50;\(1 + $0 * 7 % 60)\u{2009}\(100 + $0);\(1 + $0 * 7 % 60)’\(100 + $0)"
            }, roles: [.number, .number, .number], separator: ";"),
        File(
            name: "accounts", header: ["a", "b"], rows: 60,
            row: {
                ($0 % 3 == 0 ? "\"(\(1 + $0),\(100 + $0))\"" : "\"\(1 + $0),\(100 + $0)\"")
                    + ",\($0 * 7 % 9).50\($0 % 2 > 0 ? "-" : "")"
            }, roles: [.number, .number]),
        File(
            name: "exponents with comma", header: ["a", "b"], rows: 60,
            row: { "\(1 + $0 % 9),\($0 % 10)E-0\($0 % 5);\(1 + $0 % 9),\($0 % 10)e+0\($0 % 5)" },
            roles: [.number, .number], separator: ";"),
        File(
            name: "Japanese", header: ["数", "日付", "元号"], rows: 60,
            row: {
                let digits = "\(100 + $0 * 7 % 60)".unicodeScalars.map {
                    Character(Unicode.Scalar($0.value + 0xfee0) ?? $0)
                }
                return "\(String(digits)),2024年\(1 + $0 % 12)月\(1 + $0 % 28)日,"
                    + "令和\(1 + $0 % 5)年\(1 + $0 % 12)月\(1 + $0 % 28)日"
            }, roles: [.number, .date, .date]),
        File(
            name: "weeks and quarters", header: ["week", "quarter", "day"], rows: 60,
            row: {
                "2024-W\(10 + $0 % 40),202\($0 % 5)Q\(1 + $0 % 4),2024-W\(10 + $0 % 40)-\(1 + $0 % 7)"
            },
            roles: [.date, .date, .date]),
        File(
            name: "counted times", header: ["timestamp", "Date", "x"], rows: 60,
            row: {
                "\(1_700_000_000 + $0 * 7919 % 60 * 86_400),\(45_000 + $0 * 7 % 60),\($0 % 7).5"
            },
            roles: [.number, .number, .number]),
        File(
            name: "names twice and none", header: ["a", "a", "", "b "], rows: 60,
            row: { "\($0 % 7).5,\($0 % 5).5,\($0 * 7 % 60),\($0 % 4).5," },
            roles: [.number, .number, .number, .number]),
        File(
            name: "separators at the end", header: ["a", "b", "", ""], rows: 60,
            row: { "\($0 % 7).5,\($0 % 5).5,," }, roles: [.number, .number, .dropped, .dropped],
            missing: 120),
        File(
            name: "rows put together", header: ["a", "b"], rows: 61,
            row: { $0 == 30 ? "\u{FEFF}a,b" : "\($0 * 7 % 61).5,x\($0 % 7)" },
            before: "\u{FEFF}", roles: [.number, .category]),
        File(
            name: "CR alone", header: ["a", "b"], rows: 60, row: { "\($0 * 7 % 60).5,x\($0 % 7)" },
            end: "\r", roles: [.number, .category]),
        File(
            name: "seven ways of one date", header: ["d", "t"], rows: 70,
            row: { i in
                let (day, two) = (1 + i % 28, i % 28 < 9 ? "0\(1 + i % 28)" : "\(1 + i % 28)")
                let ways = [
                    "2024-03-\(two)", "\(two).03.2024", "\"March \(day), 2024\"", "\(day) Mar 2024",
                    "2024/03/\(two)", "202403\(two)", "2024-03-\(two)T10:00:00Z",
                ]
                return "\(ways[i % 7]),\(i % 3).5"
            }, roles: [.date, .number]),
        File(
            name: "several currencies", header: ["price", "t"], rows: 60,
            row: { "\(["$", "€", "£"][$0 % 3])\($0 % 9).50,\($0 % 3).5" },
            roles: [.category, .number]),
        File(
            name: "fractions and proportions", header: ["odds", "ratio", "t"], rows: 60,
            row: { "\($0 % 3 + 1)/\($0 % 2 + 2),\($0 % 3 + 1):\($0 % 2 + 1),\($0 % 3).5" },
            roles: [.category, .category, .number]),
        File(
            name: "MySQL", header: ["a", "b"], rows: 60,
            row: { "\($0 % 9 == 2 ? "\\N" : "\($0 % 7)")\t\($0 % 5).5" },
            roles: [.number, .number], missing: 7, separator: "\t"),
        File(
            name: "a word among numbers", header: ["a", "b"], rows: 120,
            row: { "\($0 % 10 == 3 ? "kein" : "\($0 % 29),5");\($0 % 5),5" },
            roles: [.number, .number], missing: 12, separator: ";"),
        File(
            name: "words for yes and no", header: ["a", "b", "c", "d"], rows: 60,
            row: {
                $0 % 2 > 0 ? "Да,はい,✓,TRUE" : "Нет,いいえ,✗,FALSE"
            }, roles: [.category, .category, .category, .category]),
        File(
            name: "orders and telephones", header: ["order", "phone", "n"], rows: 60,
            row: { "ORD-\(1000 + $0 * 7),+49 30 \(123_456 + $0),\($0 % 7).5" },
            roles: [.identifier, .identifier, .number]),
    ]

    @Test(arguments: files) func columnsAreWhatTheyAre(_ file: File) throws {
        let csv = try CSV(Array(file.text.utf8), subject: "a.csv")
        let table = Table(csv)
        let guesses = try TableGuesses(table)
        let lines = (csv.guesses.lines.map(\.value) + guesses.lines).joined(separator: "\n")
        #expect(guesses.columns.map(\.role) == file.roles, "\(lines)")
        #expect(guesses.columns.reduce(0) { $0 + $1.missing } == file.missing, "\(lines)")
        #expect(csv.rowCount / 10 == file.rows / 10, "\(lines)")
        // Whatever is told can be told otherwise: each column can be anything that it could be.
        for column in table.columns.indices {
            for role in [ColumnRole.category, .text, .dropped] {
                var options = TableOptions()
                options.roles["\(table.columns[column].name)"] = role
                let told = try TableGuesses(table, options: options).columns[column]
                #expect(told.role == role && told.isRequested)
            }
        }
    }
}
