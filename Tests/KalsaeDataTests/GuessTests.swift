import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// What columns are taken for, without training: each guess with its reason, each to be overruled.
@Suite struct GuessTests {
    private func guess(
        _ table: Table, _ name: String = "c", target: String? = "t",
        _ change: (inout TableOptions) -> Void = { _ in }
    ) throws -> ColumnGuess {
        var options = TableOptions()
        change(&options)
        let guesses = try TableGuesses(table, target: target, options: options)
        return try #require(guesses.columns.first { $0.name == name })
    }

    /// A table with the column `c`, a number, and a target of two classes.
    private func column(_ rows: Int = 60, _ cell: (Int) -> String) throws -> Table {
        try table("c,x,t", rows: rows) { "\(cell($0)),\($0 % 7).25,\($0 % 2)" }
    }

    @Test func everyColumnHasARoleAndAReason() throws {
        let table = try table("id,age,color,day,note,same,t", rows: 60) {
            "\($0),\($0 % 13 == 0 ? "" : "\($0 % 11)"),\(["red", "blue", "green"][$0 % 3]),"
                + "2024-01-\($0 % 28 + 10),word \($0 * 7) of \($0),7,\($0 % 2)"
        }
        // Days of 10 to 37 are no days beyond 31: the column is read all the same or not at all.
        let guesses = try TableGuesses(table, target: "t")
        #expect(guesses.rows == 60)
        let roles = guesses.columns.map(\.role)
        #expect(roles[0...2] == [.identifier, .number, .category])
        #expect(roles[4...6] == [.text, .dropped, .target])
        #expect(guesses.columns.allSatisfy { !$0.reason.isEmpty && !$0.becomes.isEmpty })
        #expect(guesses.columns[1].missing == 5)
        #expect(guesses.columns[1].distinct == 11)
        #expect(guesses.columns[2].distinct == 3)
        #expect(guesses.target?.task == .classification)
        #expect(guesses.target?.classNames == ["0", "1"])
        #expect(guesses.target?.classCounts == [30, 30])
        #expect(guesses.lines.count == 8)
        #expect(guesses.json["columns"]?.array?.count == 7)
        #expect(try JSONValue(parsing: guesses.json.text) == guesses.json)
        // Nothing is said by looking.
        #expect(try Notice.collect { try TableGuesses(table, target: "t") }.lines.isEmpty)
    }

    /// In Korean no English is left but names, values and options.
    @Test func guessesAreToldInKorean() throws {
        let tables = [
            try table("id,age,color,day,note,same,t", rows: 60) {
                "\($0),\($0 % 13 == 0 ? "" : "\($0 % 11)"),\(["red", "blue", "green"][$0 % 3]),"
                    + "2024-01-\($0 % 20 + 10),word \($0 * 7) of \($0),7,\($0 % 2)"
            },
            try column { ["01001", "1001", "20095"][$0 % 3] },
            try column { $0 % 3 == 0 ? "SALE" : "" },
            try column { $0 == 7 ? "n" : "\($0).5" },
            try column { $0 % 9 == 0 ? "-999" : "\($0 % 8)" },
            try column { "\($0 % 12 + 1)/\($0 % 12 + 1)/2024" },
            try column { "\($0 % 24):30" },
            try column { $0 % 2 == 0 ? "yes" : "No" },
            try column { "word\($0 % 30) text" },
            try table("customer_id,x,t", rows: 60) { "\($0 % 20 * 37),\($0 % 7).25,\($0 % 2)" },
            try table("time,c,t", rows: 60) {
                "\(1_700_000_000 + $0 * 977 % 5000),\($0 % 2),\($0 % 2 == 0 ? "low" : "high")"
            },
            try table("c,t", rows: 60) { "\($0),\($0).5" },
        ]
        for table in tables {
            let guesses = try TableGuesses(table, target: "t")
            let json = guesses.json(.korean)
            let columns = json["columns"]?.array ?? []
            var texts = columns.flatMap { column in
                ["reason", "becomes", "note"].map { column[$0]?.string }
            }
            texts +=
                (json["notes"]?.array ?? []).map(\.string) + [json["target"]?["reason"]?.string]
            for text in texts.compactMap({ $0 }) where !text.isEmpty {
                let rest = text.replacing(/"[^"]*"|--[a-z]+( [a-z_]+(=[a-z]+)?)?/, with: "")
                #expect(!rest.contains(/[a-z]{2}/), "\(text)")
            }
            #expect(guesses.json == guesses.json(.english))
        }
    }

    @Test func leadingZerosMakeText() throws {
        let zip = try guess(column { ["01001", "1001", "20095"][$0 % 3] })
        #expect(zip.role == .category)
        #expect(zip.distinct == 3)
        #expect(zip.note?.contains("leading zeros") == true)
        #expect(try guess(column { "0.\($0)" }).role == .number)
        #expect(try guess(column { $0 % 2 == 0 ? "0" : "7" }).role == .number)
        #expect(try guess(column { "-0\($0 % 3).5" }).role == .number)
        let asked = try guess(column { ["007", "042", "7"][$0 % 3] }) { $0.roles["c"] = .number }
        #expect(asked.role == .number && asked.isRequested)
        #expect(asked.missing == 0 && asked.missingWords.isEmpty && asked.note == nil)
        let spoiled = try guess(column { ["007", "042", "x"][$0 % 3] }) { $0.roles["c"] = .number }
        #expect(spoiled.missing == 20 && spoiled.missingWords == ["x"])
    }

    @Test func codesAskedForAsNumbersAreNumbers() throws {
        let codes = try table("c,t", rows: 60) { "\(["007", "042", "7"][$0 % 3]),\($0 % 2)" }
        #expect(try codes.numbers(of: 0).prefix(3) == [7, 42, 7])
        var options = TableOptions()
        options.task = .regression
        let guesses = try TableGuesses(codes, target: "c", options: options)
        #expect(guesses.target?.task == .regression)
        options = TableOptions()
        options.roles["c"] = .number
        let prepared = try PreparedTable(codes, target: "t", options: options)
        let inputs = try prepared.parts(prepared.allRows, name: "codes").train.inputRows
        #expect(inputs[0] == inputs[2] && inputs[0][0] < inputs[1][0])
    }

    @Test func onlySequencesAreIdentifiers() throws {
        func role(_ header: String, _ cell: (Int) -> String) throws -> ColumnRole {
            let table = try table("\(header),x,t", rows: 60) {
                "\(cell($0)),\($0 % 7).25,\($0 * 31 % 17).5"
            }
            return try guess(table, header).role
        }
        #expect(try role("id") { "\($0)" } == .identifier)
        #expect(try role("id") { "\($0 + 1)" } == .identifier)
        #expect(try role("ID") { "\($0 * $0 + 1000)" } == .identifier)
        #expect(try role("customer_id") { "\(59 - $0)" } == .identifier)
        #expect(try role("key") { "\($0 * 7 % 60)" } == .identifier)
        #expect(try role("c") { "P-\(1000 + $0)" } == .identifier)
        #expect(
            try role("c") { "123e4567-e89b-12d3-a456-4266141740\($0 + 10)" } == .identifier)
        for name in ["Objekt-Nr.", "objectId", "KUNDENNUMMER", "고객번호", "item no", "row_number"] {
            #expect(try role(name) { "\($0 * 3 + 1000)" } == .identifier, "\(name)")
        }
        // A name alone, or whole numbers alone, tell nothing.
        for name in ["price index", "grid", "floors", "valid"] {
            #expect(try role(name) { "\($0 * 3 + 1000)" } == .number, "\(name)")
        }
        #expect(try role("x1") { "\($0)" } == .number)
        #expect(try role("paID") { "\($0 * 7919 % 104_729)" } == .number)
        #expect(try role("id") { "\($0 % 30)" } == .number)
        #expect(try role("id") { "\($0).5" } == .number)
        #expect(try guess(column { "\($0)" }) { $0.roles["c"] = .number }.role == .number)
    }

    @Test func thingsOfSeveralRowsAreTold() throws {
        let ids = try table("customer_id,x,t", rows: 60) {
            "\($0 % 20 * 37),\($0 % 7).25,\($0 % 2)"
        }
        let told =
            "names 20 things in 60 rows; --group customer_id keeps the rows of each together, "
            + "--drop leaves it out"
        #expect(try guess(ids, "customer_id").note == told)
        #expect(try guess(ids, "customer_id").role == .number)
        #expect(try guess(ids, "customer_id") { $0.roles["customer_id"] = .category }.note != told)
        let few = try table("store_id,x,t", rows: 60) { "\($0 % 5),\($0 % 7).25,\($0 % 2)" }
        #expect(try guess(few, "store_id").note == nil)
    }

    @Test func aNumberThatTheTargetFollowsIsKept() throws {
        for name in ["number", "paID", "id"] {
            let table = try table("\(name),t", rows: 60) { "\($0 + 1),\(3 * ($0 + 1))" }
            #expect(try guess(table, name).role == .number)
        }
        let nameless = try table(
            (1...60).map { "\($0),\($0 % 5).5,\(3 * $0)" }.joined(separator: "\n"),
            header: .absent)
        #expect(try guess(nameless, "column 1", target: "3").role == .number)
    }

    @Test func presenceIsAFeature() throws {
        let sale = try column { $0 % 3 == 0 ? "SALE" : "" }
        #expect(try guess(sale).becomes == "whether it is missing")
        let (parts, lines) = try Notice.collect {
            try DataParts(sale, name: "a", target: "t", seed: 1)
        }
        #expect(parts.encoder?.inputNames == ["x", "c is missing"])
        #expect(
            lines == ["a.csv: column \"c\" is \"SALE\" or empty: becomes whether it is missing"])
    }

    @Test func rolesAndDropsOverrule() throws {
        let numbers = try column { "\($0 % 4 + 1)" }
        #expect(try guess(numbers) { $0.roles["c"] = .category }.role == .category)
        #expect(try guess(numbers) { $0.roles["1"] = .text }.role == .text)
        #expect(try guess(numbers) { $0.drop = ["c"] }.role == .dropped)
        let unix = try guess(column { "\(1_700_000_000 + $0 * 86_400)" }) { $0.roles["c"] = .date }
        #expect(unix.dateOrder == .unixSeconds)
        #expect(try guess(column { "\(1_700_000_000 + $0 * 86_400)" }).role == .number)
        #expect(message { _ = try guess(numbers) { $0.drop = ["d"] } }.contains("named \"d\""))
        #expect(
            message { _ = try guess(column { _ in "abc" }) { $0.roles["c"] = .date } }
                .contains("expected dates written in one way"))
        #expect(ColumnRole(request: "drop") == .dropped)
        #expect(ColumnRole.requestable.allSatisfy { ColumnRole(request: $0) != nil })
        #expect(ColumnRole(request: "target") == nil)
        var options = TableOptions()
        options.roles["c"] = .category
        let parts = try DataParts(numbers, name: "a", target: "t", options: options, seed: 1)
        #expect(parts.encoder?.inputNames == ["x", "c=1", "c=2", "c=3", "c=4"])
    }

    @Test func fewTextsAmongNumbersAreGaps() throws {
        let few = try guess(column(200) { $0 % 50 == 7 ? "hm" : "\($0).5" })
        #expect(few.role == .number)
        #expect(few.missingWords == ["hm"])
        #expect(few.missing == 4)
        #expect(few.note?.contains("4 cells of text, first \"hm\" on line 9") == true)
        let many = try guess(column(200) { $0 % 10 == 7 ? "low" : "\($0 % 9)" })
        #expect(many.role == .category)
        #expect(many.note?.contains("\"low\" on line 9 is not") == true)
    }

    @Test func manyTextsAreUsed() throws {
        let towns = try table("c,x,t", rows: 2_000) { "town\($0 % 60),\($0 % 7).5,\($0 % 2)" }
        #expect(try guess(towns).role == .category)
        let encoder = try DataParts(towns, name: "a", target: "t", seed: 1).encoder
        #expect(encoder?.width == 61)
        let rare = try table("c,x,t", rows: 2_000) {
            "\($0 % 40 == 0 ? "small\($0 / 40)" : "town\($0 % 5)"),\($0 % 7).5,\($0 % 2)"
        }
        let (parts, lines) = try Notice.collect {
            try DataParts(rare, name: "a", target: "t", seed: 1)
        }
        #expect(
            parts.encoder?.inputNames
                == ["x"] + (0..<5).map { "c=town\($0)" } + ["c=(rare)"])
        #expect(lines.count == 1 && lines[0].contains("50 texts are rare (below 10 rows"))
        let strange = try KalsaeDataTests.table("c,x\nelsewhere,1.5\ntown2,1.5\n,1.5\n")
        let inputs = try #require(parts.encoder).features(of: strange)
        #expect(inputs[1...6] == [0, 0, 0, 0, 0, 1])
        #expect(inputs[8...13] == [0, 0, 1, 0, 0, 0])
        #expect(inputs[15...20] == [0, 0, 0, 0, 0, 0])
    }

    @Test func spellingsOfYesAndNoAreOne() throws {
        for (yes, no) in [
            ("yes", "No"), ("TRUE", "false"), ("Y", "n"), ("ja", "Nein"), ("oui", "non"),
            ("예", "아니오"), ("sí", "no"), ("1", "0"), ("wahr", "FALSCH"),
        ] {
            let table = try column { $0 / 3 % 2 == 0 ? yes : no }
            let parts = try DataParts(table, name: "a", target: "t", seed: 1)
            let encoder = try #require(parts.encoder)
            #expect(encoder.inputNames == ["x", "c=\(yes)"])
            let others = try KalsaeDataTests.table(
                "c,x\nY,1\n0,1\nTrue,1\n no ,1\n\"yes \",1\n1.0,1\n")
            let (inputs, lines) = try Notice.collect { try encoder.features(of: others) }
            #expect(stride(from: 1, to: 12, by: 2).map { inputs[$0] } == [1, -1, 1, -1, 1, 1])
            #expect(lines.isEmpty)
        }
        // Letters that are codes stay what they are.
        #expect(try guess(column { ["N", "S", "O", "F"][$0 % 4] }).becomes == "4 inputs")
        #expect(try guess(column { ["s", "y"][$0 / 3 % 2] }).becomes == "one input")
        let mixed = try guess(column { ["True", "true", "maybe"][$0 % 3] })
        #expect(mixed.becomes == "one input")
        #expect(mixed.note?.contains("read alike: \"true\"") == true)
    }

    @Test func textIsHashed() throws {
        let table = try column(100) {
            "\($0 % 2 == 0 ? "quick brown" : "lazy old") animal nr \($0 * 7)"
        }
        let parts = try DataParts(table, name: "a", target: "t", seed: 1)
        let encoder = try #require(parts.encoder)
        #expect(encoder.width == 33)
        #expect(encoder.numberCount == 1)
        let inputs = try encoder.features(of: table)
        let rows = (0..<100).map { Array(inputs[($0 * 33 + 1)..<(($0 + 1) * 33)]) }
        for row in rows {
            // Words and parts of words have a root mean square of a half each.
            for half in [row[..<16], row[16...]] {
                let square = half.reduce(0) { $0 + $1 * $1 } / 16
                #expect(abs(square - 0.25) < 1e-5)
            }
        }
        func product(_ left: Int, _ right: Int) -> Float {
            zip(rows[left], rows[right]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(product(0, 2) > product(0, 1))
        #expect(try TableEncoder(json: JSONValue(parsing: encoder.json.text)) == encoder)
    }
}
