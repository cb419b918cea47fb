import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// é of one code point and of two is one class, and one category, which is said.
@Suite struct LettersWithAccentsTests {
    @Test func spellingsThatLookAlikeAreOneAndTold() throws {
        let rows = (0..<40).map { row in
            let town = row % 2 == 0 ? "Li\u{e8}ge" : row % 4 == 1 ? "Lie\u{300}ge" : "Gent"
            return
                "\(row % 7),\(town),\(row % 3 == 0 ? "Caf\u{e9}" : row % 3 == 1 ? "Cafe\u{301}" : "Bar")"
        }
        let text = (["a,town,kind"] + rows).joined(separator: "\n")
        let table = Table(try CSV(Array(text.utf8)))
        #expect(table.texts(of: 1).names.count == 2)
        let guesses = try TableGuesses(table, target: "kind")
        #expect(guesses.target?.classNames.count == 2)
        let notes = guesses.notes.filter { $0.contains("written in two ways") }
        #expect(notes.count == 2, "\(guesses.notes)")
        #expect(
            notes.contains { $0.contains("Li\u{e8}ge") } && notes.contains { $0.contains("kind") })
    }
}

@Suite struct TargetTests {
    /// The parts of a table with one feature and the target `t`, 60 rows unless told otherwise.
    private func parts(
        rows: Int = 60, task: TargetEncoder.Task = .automatic, _ target: (Int) -> String
    ) throws -> DataParts {
        let table = try table("x,t", rows: rows) { "\(Double($0 * $0 % 17) + 0.5),\(target($0))" }
        var options = TableOptions()
        options.task = task
        return try DataParts(table, name: "a", target: "t", options: options, seed: 1)
    }

    private func kind(
        rows: Int = 60, task: TargetEncoder.Task = .automatic, _ target: (Int) -> String
    ) throws -> TargetEncoder.Kind? {
        try parts(rows: rows, task: task, target).encoder?.target.kind
    }

    @Test func classesAreRecognized() throws {
        #expect(try kind { ["b", "a", "c"][$0 % 3] } == .classes(["a", "b", "c"]))
        #expect(try kind { $0 % 4 == 0 ? "yes" : "no" } == .classes(["no", "yes"]))
        #expect(try kind { "\($0 % 2)" } == .classes(["0", "1"]))
        #expect(try kind { $0 % 2 == 0 ? "-1" : "1.0" } == .classes(["-1", "1"]))
        #expect(try kind { "\(1 + $0 % 3)" } == .classes(["1", "2", "3"]))
        #expect(try kind(rows: 300) { "\(10 - $0 % 3 * 5)" } == .classes(["0", "5", "10"]))
        #expect(
            try kind(rows: 120, task: .classification) { "\(7 * ($0 % 25))" }
                == .classes((0..<25).map { "\(7 * $0)" }))
    }

    @Test func numbersAreRecognized() throws {
        func isValue(_ kind: TargetEncoder.Kind?) -> Bool {
            if case .value = kind { true } else { false }
        }
        #expect(isValue(try kind { "\(Double($0) / 7)" }))
        #expect(isValue(try kind { "\($0 * 3)" }))
        #expect(isValue(try kind { "\($0 % 3).5" }))
        #expect(isValue(try kind(rows: 100) { "\(10 - $0 % 20)" }))
        #expect(isValue(try kind(task: .regression) { "\($0 % 2)" }))
    }

    @Test func classIndicesFollowTheNames() throws {
        let table = try table("x,t", rows: 60) { "\($0 % 7).25,\(["b", "a", "c"][$0 % 3])" }
        let parts = try DataParts(table, name: "a", target: "t", seed: 1)
        let encoder = try #require(parts.encoder)
        let expected: [Int32] = (0..<60).map { [1, 0, 2][$0 % 3] }
        #expect(try encoder.targets(of: table) == .classes(expected, names: ["a", "b", "c"]))
        #expect(parts.train.count + parts.validation.count + parts.test.count == 60)
    }

    @Test func aNumberToPredictIsStandardizedOnTrainingRows() throws {
        let parts = try self.parts(rows: 200) { "\(Double($0) * 1_000 + 0.5)" }
        guard case .values(let values, let scale) = parts.train.targets else {
            Issue.record("expected values")
            return
        }
        #expect(values.count == 140)
        let mean = values.reduce(0) { $0 + Double($1) } / 140
        let square = values.reduce(0) { $0 + Double($1) * Double($1) } / 140
        #expect(abs(mean) < 1e-6)
        #expect(abs(square - 1) < 1e-6)
        let original = values.map { scale.invert(Double($0)) }
        #expect(original.allSatisfy { abs(($0 - 0.5).remainder(dividingBy: 1_000)) < 0.1 })
        guard case .values(_, let testScale) = parts.test.targets else { return }
        #expect(testScale == scale)
    }

    @Test func rowsWithoutATargetAreLeftOutAloud() throws {
        let (kept, lines) = try Notice.collect {
            try parts(rows: 60) { $0 % 10 == 3 ? "" : "\($0 % 2)" }
        }
        #expect(kept.train.count + kept.validation.count + kept.test.count == 54)
        #expect(lines == ["a.csv: 6 of 60 rows left out: their \"t\" is missing"])
    }

    @Test func faultsAreTold() {
        func text(
            rows: Int = 60, task: TargetEncoder.Task = .automatic, _ target: (Int) -> String
        ) -> String {
            message { _ = try parts(rows: rows, task: task, target) }
        }
        let column = "in the target column \"t\""
        #expect(
            text { _ in "" } == "a.csv: expected values \(column), got empty cells only; "
                + "choose another target")
        #expect(text { _ in "a" } == "a.csv: expected at least two classes \(column), got one")
        #expect(
            text { "name \($0)" } == "a.csv: expected classes \(column), "
                + "got 60 different values in 60 rows; choose another target")
        #expect(
            text { _ in "2.5" } == "a.csv: expected different numbers of moderate size \(column), "
                + "got none; choose another target")
        #expect(
            text(task: .regression) { $0 % 10 == 4 ? "x" : "1" }
                == "a.csv: expected a number in the column \"t\", got \"x\" on line 6")
        #expect(
            text { $0 == 4 ? "inf" : "1.5" }.hasPrefix(
                "a.csv: expected a finite number in the column \"t\", got \"inf\" on line 6"))
        #expect(text(rows: 2) { "\($0).5" } == "split: expected at least 3 examples, got 2")
    }

    @Test func leadingZerosAreClasses() throws {
        #expect(try kind { ["007", "042", "7"][$0 % 3] } == .classes(["007", "042", "7"]))
    }

    @Test func spellingsOfAClassAreOne() throws {
        #expect(try kind { ["\"yes \"", "yes", "no", " no"][$0 % 4] } == .classes(["no", "yes"]))
        #expect(
            try kind { ["True", "true", "true", "False"][$0 % 4] } == .classes(["False", "true"]))
        #expect(try kind { ["Y", "N"][$0 % 2] } == .classes(["N", "Y"]))
        // Capitals of other words may mean something.
        #expect(try kind { ["Red", "red", "blue"][$0 % 3] } == .classes(["Red", "blue", "red"]))
        let (made, lines) = try Notice.collect {
            try parts { ["True", "true", "true", "False"][$0 % 4] }
        }
        #expect(
            lines == ["a.csv: target \"t\" has other spellings of the same, read alike: \"True\""])
        let encoder = try #require(made.encoder)
        let others = try table("x,t\n1,1\n1,N\n1,yes\n1,FALSE \n1,0.0\n")
        #expect(try encoder.data(of: others).classes == [1, 0, 1, 0, 0])
    }

    @Test func decimalsAreNumbers() throws {
        func isValue(_ target: (Int) -> String) throws -> Bool {
            if case .value = try kind(rows: 300, target) { true } else { false }
        }
        #expect(try isValue { "\(2 + $0 % 4).0" })
        #expect(try !isValue { "\(2 + $0 % 4)" })
        #expect(try !isValue { "\($0 % 2).0" })
        #expect(
            try kind(rows: 300, task: .classification) { "\(2 + $0 % 4).0" }
                == .classes(["2", "3", "4", "5"]))
    }

    @Test func aNumberSpoiledByFewTextsIsANumber() throws {
        let (made, lines) = try Notice.collect {
            try parts(rows: 200) { $0 == 70 ? "on request" : "\($0 * 3).5" }
        }
        #expect(made.train.count + made.validation.count + made.test.count == 199)
        #expect(lines.count == 2)
        #expect(lines.first == "a.csv: 1 of 200 rows left out: their \"t\" is missing")
        #expect(lines.last?.contains("\"on request\" on line 72, taken as missing") == true)
        // Rare classes beside numbered ones are classes.
        #expect(
            try kind(rows: 300) { $0 % 50 == 3 ? "other" : "\($0 % 3)" }
                == .classes(["0", "1", "2", "other"]))
    }

    @Test func orderedClassesAreTold() throws {
        for names in [["10-20", "20-30", "30+"], ["low", "Medium", "high"], ["상", "중", "하"]] {
            let (_, lines) = try Notice.collect { try parts { names[$0 % 3] } }
            #expect(lines.count == 1 && lines[0].contains("classes with an order"))
        }
        let (_, lines) = try Notice.collect { try parts { ["a", "b-c", "d"][$0 % 3] } }
        #expect(lines.isEmpty)
    }
}
