import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct EncoderTests {
    private func fit(_ table: Table, target: String = "t") throws -> (DataParts, [String]) {
        try Notice.collect { try DataParts(table, name: "a", target: target, seed: 3) }
    }

    private func mixed(_ rows: Int = 100, spoil: Set<Int> = []) throws -> Table {
        try table("age,color,member,t", rows: rows) { row in
            if spoil.contains(row) { return "99999,violet,no,1" }
            let age = row % 9 == 0 ? "" : "\(row % 13 * 5 + 10)"
            return "\(age),\(["red", "blue", "green"][row % 3]),\(["Yes", "no"][row / 2 % 2]),"
                + "\(row % 5 == 0 ? 1 : 0)"
        }
    }

    @Test func eachTypeHasItsInputs() throws {
        let table = try mixed()
        let (parts, lines) = try fit(table)
        let encoder = try #require(parts.encoder)
        #expect(lines.isEmpty)
        #expect(
            encoder.inputNames == [
                "age", "age is missing", "member=Yes", "color=blue", "color=green", "color=red",
            ])
        #expect(encoder.numberCount == 1)
        #expect(encoder.width == 6)
        #expect(parts.train.featureShape == [6])
        let train = parts.train.inputRows
        #expect(train.count == 70)
        let ages = train.map { $0[0] }
        // Scaled over the present training cells; the missing ones sit at the median, which is 0.
        guard case .robust(let scale) = encoder.features[0].kind else {
            Issue.record("expected a number")
            return
        }
        #expect(ages.allSatisfy { abs($0) < 3 })
        let all = try encoder.features(of: table)
        #expect(all.count == 600)
        #expect(Array(all[6..<12]) == [Float(scale.apply(15)), 0, 1, 1, 0, 0])
        #expect(Array(all[0..<6]) == [0, 1, 1, 0, 0, 1])
        #expect(Array(all[12..<18]) == [Float(scale.apply(20)), 0, -1, 0, 1, 0])
    }

    @Test func onlyTrainingRowsAreLookedAt() throws {
        let table = try mixed()
        let (parts, _) = try fit(table)
        // The same target values give the same split: spoil what is not trained on.
        let classes = (0..<100).map { Int32($0 % 5 == 0 ? 1 : 0) }
        let split = try Split(count: 100, classes: classes, seed: 3)
        let spoiled = Set((split.test + split.validation).filter { $0 % 5 == 0 })
        #expect(spoiled.count > 3)
        let (again, lines) = try fit(try mixed(spoil: spoiled))
        #expect(again.encoder == parts.encoder)
        #expect(again.train == parts.train)
        #expect(again.test != parts.test)
        let unknown = lines.filter { $0.contains("text that training did not have") }
        #expect(unknown.count == 2)
        #expect(unknown.allSatisfy { $0.contains("column \"color\"") && $0.contains("violet") })
        // Median and quartiles over the present cells of the training rows.
        guard case .robust(let scale) = parts.encoder?.features[0].kind else {
            Issue.record("expected a number")
            return
        }
        let ages = try split.train.map { try table.numbers(of: 0)[$0] }.filter { !$0.isNaN }
        #expect(scale == RobustScale(of: ages))
        let sorted = ages.sorted()
        let middle = sorted.count / 2
        let median =
            sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        #expect(scale.median == median)
    }

    @Test func uselessColumnsAreLeftOutAloud() throws {
        let table = try table("id,x,same,gap,free,word,ident,t", rows: 80) { row in
            "\(row + 1000),\(row * row % 23).5,7,,text \(row),w,\(row * 3 % 80),\(row % 2)"
        }
        let (parts, lines) = try fit(table)
        #expect(parts.encoder?.inputNames.filter { !$0.contains("hash") } == ["x", "ident"])
        #expect(parts.encoder?.width == 34)
        #expect(
            lines == [
                "a.csv: column \"id\" left out: it numbers the rows",
                "a.csv: column \"same\" left out: it is constant",
                "a.csv: column \"gap\" left out: it is empty",
                "a.csv: column \"free\" is free text: becomes 32 inputs of hashed words and "
                    + "parts of words",
                "a.csv: column \"word\" left out: it is constant",
            ])
    }

    @Test func numbersSpoiledByAWordArePointedAt() throws {
        let table = try table("x,y,t", rows: 80) { row in
            "\(row % 7).5,\(row == 40 ? "n/k" : "\(row).25"),\(row % 2)"
        }
        let (parts, lines) = try fit(table)
        #expect(
            lines == [
                "a.csv: column \"y\" is numbers but for 1 cell of text, first \"n/k\" on line 42, "
                    + "taken as missing"
            ])
        let encoder = try #require(parts.encoder)
        // The same word is known when predicting, another is not.
        let known = try KalsaeDataTests.table("x,y\n1.5,n/k\n")
        #expect(try encoder.features(of: known)[1] == 0)
        let other = try KalsaeDataTests.table("x,y\n1.5,old\n")
        #expect(
            message { _ = try encoder.features(of: other) }
                == "a.csv: expected a number in the column \"y\", got \"old\" on line 2")
    }

    @Test func copiesOfTheTargetAreKeptAloud() throws {
        let table = try table("x,alive,code,near,t", rows: 60) { row in
            let isOn = row % 3 == 0
            let near = row == 7 ? !isOn : isOn
            return "\(row % 7).5,\(isOn ? "yes" : "no"),\(isOn ? 8 : 9),\(near ? 1 : 0),"
                + "\(isOn ? "on" : "off")"
        }
        let (parts, lines) = try fit(table)
        #expect(parts.encoder?.inputNames == ["x", "code", "alive=yes", "near=1"])
        let reason =
            "kept, although it is the target \"t\" in other words; drop it if it is not known when "
            + "predicting"
        #expect(
            lines == ["a.csv: column \"alive\" \(reason)", "a.csv: column \"code\" \(reason)"])
        var options = TableOptions()
        options.drop = ["alive", "3"]
        let (rest, silent) = try Notice.collect {
            try DataParts(table, name: "a", target: "t", options: options, seed: 3)
        }
        #expect(rest.encoder?.inputNames == ["x", "near=1"])
        #expect(silent.isEmpty)
        let numbers = try KalsaeDataTests.table("x,copy,t", rows: 60) {
            "\($0 % 7).5,\($0 * $0).50,\($0 * $0).5"
        }
        #expect(try fit(numbers).0.encoder?.inputNames == ["x", "copy"])
    }

    @Test func theOnlyColumnIsKept() throws {
        let table = try table("id,t", rows: 40) { "\($0),\($0 % 2)" }
        let (parts, lines) = try fit(table)
        #expect(parts.encoder?.inputNames == ["id"])
        #expect(
            lines == [
                "a.csv: column \"id\" kept, for nothing else is left, although it numbers the rows"
            ])
        let nothing = try KalsaeDataTests.table("a,t", rows: 40) { ",\($0 % 2)" }
        #expect(
            message { _ = try fit(nothing) }
                == "a.csv: expected at least one column to predict \"t\" from, "
                + "got none that can be used")
    }

    @Test func aHeaderlessFirstColumnOfNumbersIsAnIdentifier() throws {
        let text = (0..<60).map { "\(8_000 + $0 * 7 % 60),\($0 % 7).5,\($0 % 2)" }
        let nameless = try table(text.joined(separator: "\n"), header: .absent)
        let (parts, lines) = try fit(nameless, target: "3")
        #expect(parts.encoder?.inputNames == ["column 2"])
        #expect(lines == ["a.csv: column \"column 1\" left out: it numbers the rows"])
    }

    @Test func jsonKeepsEverything() throws {
        let (classes, _) = try fit(try mixed())
        let numbers = try table("x,t", rows: 40) { "\($0 % 7).1,\(Double($0) * 0.3)" }
        let (values, _) = try fit(numbers)
        for encoder in [try #require(classes.encoder), try #require(values.encoder)] {
            let text = encoder.json.text
            #expect(!text.contains("\n"))
            let back = try TableEncoder(json: JSONValue(parsing: text))
            #expect(back == encoder)
        }
    }

    @Test func brokenJSONIsRefused() throws {
        let (parts, _) = try fit(try mixed())
        let good = try #require(parts.encoder).json.text
        let changes = [
            ("\"header\":true", "\"header\":1"), ("\"columns\":4", "\"columns\":2"),
            ("\"columns\":4", "\"columns\":0"), ("\"columns\":4", "\"columns\":-1"),
            ("\"columns\":4", "\"columns\":\(Int.min)"),
            ("\"kind\":\"robust\"", "\"kind\":\"robot\""), ("\"spread\":", "\"spread\":-"),
            ("[\"blue\",", "[\"red\","), ("[\"blue\",", "[1,"), ("\"column\":1,", "\"column\":0,"),
            ("\"column\":2,", "\"column\":1,"), ("\"features\":[", "\"features\":[],\"f\":["),
            ("\"target\":{", "\"target\":{},\"t\":{"), ("\"names\":[\"no\"", "\"names\":[\"Yes\""),
            ("\"median\":", "\"mean\":"),
        ]
        for (old, new) in changes {
            let parted = good.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
            try #require(parted.count == 2, "\(old)")
            let bad = parted.joined(separator: new)
            let text = message {
                _ = try TableEncoder(json: JSONValue(parsing: bad), subject: "m")
            }
            #expect(text.hasPrefix("m: expected "), "\(new)")
        }
    }

    @Test func columnsAreFoundByNameWhenPredicting() throws {
        let (parts, _) = try fit(try mixed())
        let encoder = try #require(parts.encoder)
        let other = try table("zip,color,age,member\n1,blue,15,yes\n2,pink,,NO\n")
        let (inputs, lines) = try Notice.collect { try encoder.features(of: other) }
        guard case .robust(let scale) = encoder.features[0].kind else {
            Issue.record("expected a number")
            return
        }
        #expect(inputs == [Float(scale.apply(15)), 0, 1, 1, 0, 0, 0, 1, -1, 0, 0, 0])
        #expect(
            lines == [
                "a.csv: column \"color\": 1 cell with text that training did not have, "
                    + "first \"pink\" on line 3; taken as unknown"
            ])
        #expect(
            message { _ = try encoder.features(of: table("aeg,color,member\n1,red,no\n")) }
                == "a.csv: expected a column named \"age\", got \"aeg\", \"color\", \"member\"; "
                + "did you mean \"aeg\"?")
        #expect(
            message { _ = try encoder.features(of: table("age,color,member\nold,red,no\n")) }
                == "a.csv: expected a number in the column \"age\", got \"old\" on line 2")
        let strange = try table("age,color,member,t\n1,red,no,2\n")
        #expect(
            message { _ = try encoder.data(of: strange) }
                == "a.csv: expected one of the classes \"0\", \"1\" in the column \"t\", "
                + "got \"2\" on line 2")
        let respelled = try table("age,color,member,t\n1,red,no,1.0\n2,red,no,\n")
        #expect(try encoder.data(of: respelled).classes == [1])
    }

    @Test func columnsAreFoundByPositionWithoutAHeader() throws {
        let text = (0..<60).map { "\($0 % 5).5,\($0 % 2),\($0 % 7).5" }
        let nameless = try table(text.joined(separator: "\n"), header: .absent)
        let (parts, _) = try fit(nameless, target: "2")
        let encoder = try #require(parts.encoder)
        #expect(encoder.inputNames == ["column 1", "column 3"])
        let whole = try encoder.features(of: table("1.5,0,3.5\n", header: .absent))
        let without = try encoder.features(of: table("1.5,3.5\n", header: .absent))
        #expect(whole == without)
        #expect(whole.count == 2)
        #expect(
            message { _ = try encoder.features(of: table("1.5\n", header: .absent)) }
                == "a.csv: expected 3 columns, or 2 without the target, got 1")
        #expect(
            message { _ = try encoder.targets(of: table("1.5,3.5\n", header: .absent)) }
                == "a.csv: expected 3 columns, or 2 without the target, got 2")
    }
}
