import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Columns that say how much rows count, which belong together, and when they were.
@Suite struct RowMarkTests {
    private func options(_ change: (inout TableOptions) -> Void) -> TableOptions {
        var options = TableOptions()
        change(&options)
        return options
    }

    private func days() throws -> Table {
        try table("w,g,d,x,t", rows: 60) {
            "\($0 % 3),p\($0 % 20),2024-\($0 < 30 ? "01" : "02")-\(10 + $0 % 19),\($0 * 7 % 60).5,\($0 % 2)"
        }
    }

    @Test func guessesTellMarks() throws {
        let table = try days()
        let weighted = try TableGuesses(
            table, target: "t",
            options: options {
                $0.weight = "w"
                $0.time = "3"
            })
        #expect(weighted.columns.map(\.mark) == [.weight, nil, .time, nil, nil])
        #expect(weighted.columns.map(\.role) == [.weight, .category, .date, .number, .target])
        let json = try #require(weighted.json["columns"]?.array)
        #expect(json[0]["role"]?.string == "weight" && json[0]["input"] == .null)
        #expect(json[2]["role"]?.string == "time" && json[2]["input"]?.string == "date")
        #expect(json[3]["role"]?.string == "number" && json[3]["input"]?.string == "number")
        #expect(weighted.lines[0].hasPrefix("w: weight (as asked for)"))
        #expect(weighted.lines[2].hasPrefix("d: time, date (dates as"))
        let grouped = try TableGuesses(table, target: "t", options: options { $0.group = "g" })
        #expect(grouped.columns[1].mark == .group && grouped.columns[1].role == .group)
        // Who asks for it keeps it as an input too.
        let both = options {
            $0.group = "g"
            $0.roles["g"] = .category
        }
        let kept = try TableGuesses(table, target: "t", options: both)
        #expect(kept.columns[1].mark == .group && kept.columns[1].role == .category)
        #expect(kept.lines[1].hasPrefix("g: group, category (as asked for)"))
        let parts = try Notice.collect {
            try DataParts(table, name: "a", target: "t", options: both, seed: 1)
        }.0
        #expect(parts.encoder?.inputNames.contains { $0.hasPrefix("g") } == true)
        #expect(parts.train.groups != nil)
    }

    @Test func marksThatCannotBeAreRefused() throws {
        let table = try days()
        func refusal(_ change: (inout TableOptions) -> Void) -> String {
            message { _ = try TableGuesses(table, target: "t", options: options(change)) }
        }
        #expect(
            refusal { $0.weight = "t" }
                == "a.csv: expected a column of its own for each row's weight, got \"t\", the target"
        )
        #expect(refusal { $0.group = "5" }.contains("each row's group, got \"5\", the target"))
        #expect(
            refusal {
                $0.weight = "w"
                $0.time = "w"
            }.contains("each row's time, got \"w\", that of each row's weight"))
        #expect(
            refusal {
                $0.group = "g"
                $0.time = "d"
            } == "a.csv: expected groups or times to split by, got groups \"g\" and times \"d\"; "
                + "leave one of them out")
        #expect(refusal { $0.weight = "ww" }.contains("did you mean \"w\"?"))
    }

    @Test func cellsThatCannotBeAreRefused() throws {
        func refusal(_ cells: [String], _ change: (inout TableOptions) -> Void) throws -> String {
            let table = try table("m,x,t", rows: 60) {
                "\(cells[$0 % cells.count]),\($0 * 7 % 60).5,\($0 % 2)"
            }
            return message { _ = try PreparedTable(table, target: "t", options: options(change)) }
        }
        let weight = { (options: inout TableOptions) in options.weight = "m" }
        let time = { (options: inout TableOptions) in options.time = "m" }
        #expect(try refusal(["1", "-0.5"], weight).contains("at least 0 in the column \"m\", got"))
        #expect(try refusal(["1", "2", ""], weight).contains("got \"\" on line 4"))
        #expect(try refusal(["1", "2", "1e39"], weight).contains("got \"1e39\" on line 4"))
        #expect(try refusal(["1", "much"], weight).contains("a number in the column \"m\""))
        #expect(
            try refusal(["0"], weight)
                == "a.csv: expected a weight above 0 in the column \"m\", got 60 zeros")
        #expect(try refusal(["2024-01-01", "2024-01-02", ""], time).contains("to split by"))
        #expect(try refusal(["p1", "p2"], time).contains("got \"p1\" on line 2"))
        #expect(try refusal(["1", "nan"], time).contains("to split by"))
    }

    /// Decimal commas are numbers to split by, too.
    @Test func timesAreNumbersAsTheFileHasThem() throws {
        let text = "m;x;t\n" + (0..<40).map { "\($0),5;\($0 * 7 % 40);\($0 % 2)\n" }.joined()
        let parts = try Notice.collect {
            try DataParts(
                try table(text), name: "a", target: "t", options: options { $0.time = "m" }, seed: 1
            )
        }.0
        #expect(parts.train.times == (0..<28).map { Double($0) + 0.5 })
        #expect(parts.test.times == (34..<40).map { Double($0) + 0.5 })
    }
}
