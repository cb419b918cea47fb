import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Tables as people have them: what each guess must be, what is told, and what is refused.
@Suite struct TableCaseTests {
    private func parts(
        _ table: Table, _ change: (inout TableOptions) -> Void = { _ in }
    ) throws -> (DataParts, [String]) {
        var options = TableOptions()
        change(&options)
        return try Notice.collect {
            try DataParts(table, name: "a", target: "t", options: options, seed: 1)
        }
    }

    /// Inputs of a table with the column `c`, and what was said.
    private func inputs(
        rows: Int = 80, _ change: (inout TableOptions) -> Void = { _ in }, _ cell: (Int) -> String
    ) throws -> (names: [String], lines: [String]) {
        let table = try table("x,c,t", rows: rows) { "\($0 % 7).25,\(cell($0)),\($0 / 2 % 2)" }
        let (parts, lines) = try parts(table, change)
        return (try #require(parts.encoder).inputNames.filter { $0 != "x" }, lines)
    }

    // MARK: Guesses that are told and can be overruled

    @Test func blankCellsInQuotesAreMissing() throws {
        let (names, lines) = try inputs { $0 % 4 == 0 ? "\" \"" : "\($0 % 9).5" }
        #expect(names == ["c", "c is missing"])
        #expect(lines.isEmpty)
    }

    @Test func categoriesWrittenAsNumbers() throws {
        let (names, _) = try inputs({ $0.roles["c"] = .category }) {
            ["1", "1.0", "2", "3"][$0 % 4]
        }
        #expect(names == ["c=1", "c=2", "c=3"])
    }

    @Test func timesOfDayAreACycle() throws {
        let (names, lines) = try inputs { "\($0 % 24):\($0 % 6)0" }
        #expect(names == ["c: hour sine", "c: hour cosine"])
        #expect(lines.count == 1 && lines[0].contains("is a date (time of day)"))
    }

    @Test func aDayThatIsNoneIsMissing() throws {
        let (names, lines) = try inputs { $0 == 30 ? "2023-02-30" : "2023-03-\($0 % 20 + 10)" }
        #expect(names.contains("c: elapsed") && names.contains("c: weekday sine"))
        #expect(lines.contains { $0.contains("\"2023-02-30\" and the like are taken as missing") })
    }

    @Test func universallyUniqueIdentifiersAreLeftOut() throws {
        let (names, lines) = try inputs { "\(10_000_000 + $0 * 7919)-e29b-41d4-a716-446655440000" }
        #expect(names.isEmpty)
        #expect(lines == ["a.csv: column \"c\" left out: it identifies the rows"])
        let (kept, _) = try inputs({ $0.roles["c"] = .text }) {
            "\(10_000_000 + $0 * 7919)-e29b-41d4-a716-446655440000"
        }
        #expect(kept.count == 32)
    }

    @Test func anythingMayBeAsked() throws {
        let cells: [(ColumnRole, (Int) -> String)] = [
            (.number, { "\($0 % 2)" }), (.category, { "\($0 % 5).5" }), (.text, { "\($0 % 5).5" }),
            (.date, { "\(20_240_101 + $0 % 20)" }), (.dropped, { "\($0 % 5).5" }),
        ]
        for (role, cell) in cells {
            let table = try table("x,c,t", rows: 80) { "\($0 % 7).25,\(cell($0)),\($0 / 2 % 2)" }
            let (parts, lines) = try parts(table) { $0.roles["c"] = role }
            let guess = try #require(parts.guesses?.columns[1])
            #expect(guess.role == role && guess.isRequested)
            #expect(lines.count == (role == .date ? 1 : 0))
        }
        for task in TargetEncoder.Task.allCases where task != .automatic {
            let table = try table("x,t", rows: 80) { "\($0 % 7).25,\($0 % 4)" }
            #expect(try parts(table) { $0.task = task }.0.guesses?.target?.task == task)
        }
    }

    // MARK: Numbers that are not finite

    @Test func infiniteCellsNameTheirLine() throws {
        let table = try table("x,c,t", rows: 60) {
            "\($0 % 7).5,\($0 == 9 ? "inf" : "\($0).5"),\($0 % 2)"
        }
        #expect(message { _ = try parts(table) }.contains("got \"inf\" on line 11"))
        for (cell, words) in [("inf", "a finite number"), ("1e999", "a finite number")] {
            let weights = try KalsaeDataTests.table("x,w,t", rows: 60) {
                "\($0 % 7).5,\($0 == 9 ? cell : "1"),\($0 % 2)"
            }
            #expect(message { _ = try parts(weights) { $0.weight = "w" } }.contains(words))
        }
        let gap = try KalsaeDataTests.table("x,w,t", rows: 60) {
            "\($0 % 7).5,\($0 == 9 ? "" : "1"),\($0 % 2)"
        }
        #expect(
            message { _ = try parts(gap) { $0.weight = "w" } }
                == "a.csv: expected a weight of at least 0 in the column \"w\", got \"\" on line 11"
        )
    }

    @Test func hugeNumbersGiveModerateInputs() throws {
        let table = try table("x,t", rows: 60) {
            "\(["1e308", "-1e308", "5e-324", "0", "17"][$0 % 5]),\($0 % 2)"
        }
        let (parts, _) = try parts(table)
        #expect(parts.train.inputRows.joined().allSatisfy { abs($0) <= 3 })
    }

    @Test func brokenScalesAreRefused() throws {
        let table = try table("x,t", rows: 60) { "\($0 % 7).5,\($0 % 2)" }
        let good = try #require(parts(table).0.encoder).json.text
        for (key, bad) in [
            ("spread", "0"), ("spread", "-1"), ("spread", "1e999"), ("median", "1e999"),
            ("median", "null"),
        ] {
            let start = try #require(good.firstRange(of: "\"\(key)\":")).upperBound
            let end = try #require(good[start...].firstIndex { ",}".contains($0) })
            let text = good[..<start] + bad + good[end...]
            _ = message { _ = try TableEncoder(json: JSONValue(parsing: String(text))) }
        }
    }

    // MARK: Nothing is lost silently

    @Test func rowsKeepTheirOrder() throws {
        let table = try table("x,t", rows: 60) { "\($0),\($0 % 2)" }
        let encoder = try #require(parts(table).0.encoder)
        let inputs = try encoder.features(of: table)
        #expect(inputs.count == 60 && inputs == inputs.sorted())
    }

    @Test func everyColumnThatIsLeftOutIsTold() throws {
        let table = try table("id,empty,one,x,t", rows: 60) { "\($0),,7,\($0 % 7).5,\($0 % 2)" }
        let (parts, lines) = try parts(table)
        let out = parts.guesses?.columns.filter { [.dropped, .identifier].contains($0.role) }
        #expect(out?.map(\.name) == ["id", "empty", "one"])
        #expect(lines.count == 3 && lines.allSatisfy { $0.contains("left out: it") })
    }

    // MARK: What is equal, and what is not

    @Test func blanksDoNotTellCellsApart() throws {
        let (names, lines) = try inputs { ["a", "\" a\"", "\"b\u{a0}\"", "b ", "c"][$0 % 5] }
        #expect(names == ["c=a", "c=b", "c=c"])
        #expect(lines.isEmpty)
    }

    @Test func datesAreEqualHoweverTheyAreWritten() throws {
        let table = try table("d,t", rows: 60) { "\($0 % 28 + 1).\($0 % 9 + 1).2024,\($0 % 2)" }
        let encoder = try #require(parts(table).0.encoder)
        let width = encoder.width
        let two = try encoder.features(of: KalsaeDataTests.table("d\n1.3.2024\n01.03.24\n"))
        #expect(two[..<width] == two[width...])
    }

    @Test func predictionFoldsAsTrainingDid() throws {
        let table = try table("c,x,t", rows: 60) {
            "\($0 % 2 == 0 ? "Ja" : "Nein"),\($0 % 7).5,\(["gut", "schlecht"][$0 / 2 % 2])"
        }
        let encoder = try #require(parts(table).0.encoder)
        let others = try KalsaeDataTests.table("c,x\nYES,1\nf,1\n0,1\nvrai,1\nvielleicht,1\n")
        let (inputs, lines) = try Notice.collect { try encoder.features(of: others) }
        #expect(stride(from: 1, to: 10, by: 2).map { inputs[$0] } == [1, -1, -1, 1, 0])
        #expect(lines.count == 1 && lines[0].contains("1 cell") && lines[0].contains("vielleicht"))
    }

    @Test func zeroAndOneAreAnsweredByWords() throws {
        let table = try table("c,x,t", rows: 60) { "\($0 / 2 % 2),\($0 % 7).5,\($0 % 2)" }
        let encoder = try #require(parts(table).0.encoder)
        let others = try KalsaeDataTests.table("c,x,t\nyes,1,no\nN,1,true\n1.0,1,0\n")
        let data = try encoder.data(of: others)
        #expect(data.inputRows.map { $0[1] } == [1, -1, 1])
        #expect(data.classes == [0, 1, 0])
    }

    @Test func codesWithZerosInFrontAreNotNumbers() throws {
        let (names, lines) = try inputs { ["007", "7", "042"][$0 % 3] }
        #expect(names == ["c=007", "c=042", "c=7"])
        #expect(lines.count == 1 && lines[0].contains("leading zeros, which make it text"))
    }
}
