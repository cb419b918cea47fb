import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Splits that respect groups, time and classes, and rows that weigh differently.
@Suite struct FoldTests {
    private func parts(
        _ table: Table, _ change: (inout TableOptions) -> Void
    ) throws -> (DataParts, [String]) {
        var options = TableOptions()
        change(&options)
        return try Notice.collect {
            try DataParts(table, name: "a", target: "t", options: options, seed: 1)
        }
    }

    @Test func groupsStayOnOneSide() throws {
        let groups = (0..<1_000).map { Int32($0 * 7919 % 97) }
        let classes = groups.map { Int32($0 % 3 == 0 ? 1 : 0) }
        for seed in 0..<5 {
            let split = try Split(
                count: 1_000, classes: classes, groups: groups, seed: UInt64(seed))
            #expect((split.train + split.validation + split.test).sorted() == Array(0..<1_000))
            let sets = [split.train, split.validation, split.test].map {
                Set($0.map { groups[$0] })
            }
            #expect(sets[0].isDisjoint(with: sets[1]) && sets[0].isDisjoint(with: sets[2]))
            #expect(sets[1].isDisjoint(with: sets[2]))
            // A group is about ten rows: shares and classes are met within one or two.
            for (part, share) in [(split.validation, 150.0), (split.test, 150)] {
                #expect(abs(Double(part.count) - share) <= 20)
                let ones = part.count { classes[$0] == 1 }
                #expect(abs(Double(ones) - share * 33 / 97) <= 20)
            }
        }
        #expect(
            message { _ = try Split(count: 10, groups: [Int32](repeating: 4, count: 10), seed: 1) }
                == "split: expected at least 3 groups, one for each part, got 1; "
                + "split without groups")
    }

    @Test func timeGoesForward() throws {
        let times = (0..<100).map { Double($0 * 37 % 100) }
        let split = try Split(times: times)
        #expect([split.train.count, split.validation.count, split.test.count] == [70, 15, 15])
        let ends = [split.train, split.validation, split.test].map { part in part.map { times[$0] }
        }
        #expect(try #require(ends[0].max()) < #require(ends[1].min()))
        #expect(try #require(ends[1].max()) < #require(ends[2].min()))
        // Rows of one day stay together.
        let days = (0..<100).map { Double($0 / 10) }
        let whole = try Split(times: days)
        #expect(Set(whole.train.map { days[$0] }).isDisjoint(with: whole.test.map { days[$0] }))
        let same = try Split(times: [Double](repeating: 3, count: 20))
        #expect(!same.train.isEmpty && !same.validation.isEmpty && !same.test.isEmpty)
    }

    @Test func foldsAreAPartition() throws {
        let classes = (0..<103).map { Int32($0 % 10 == 0 ? 1 : 0) }
        let folds = try Folds(rows: 103, count: 5, classes: classes, seed: 2)
        #expect(folds.all.count == 5)
        #expect(folds.all.flatMap(\.test).sorted() == Array(0..<103))
        for fold in folds.all {
            #expect((fold.train + fold.test).sorted() == Array(0..<103))
            #expect((2...3).contains(fold.test.count { classes[$0] == 1 }))
            #expect((20...21).contains(fold.test.count))
        }
        #expect(try Folds(rows: 50, count: 5, seed: 2) == Folds(rows: 50, count: 5, seed: 2))
        #expect(try Folds(rows: 50, count: 5, seed: 2) != Folds(rows: 50, count: 5, seed: 3))
        let groups = (0..<100).map { Int32($0 / 4) }
        let grouped = try Folds(rows: 100, count: 5, groups: groups, seed: 2)
        #expect(grouped.all.flatMap(\.test).sorted() == Array(0..<100))
        for fold in grouped.all {
            #expect(
                Set(fold.train.map { groups[$0] }).isDisjoint(with: fold.test.map { groups[$0] }))
            #expect(fold.test.count == 20)
        }
        let timed = try Folds(times: (0..<60).map { Double(59 - $0) }, count: 3)
        #expect(timed.all.map(\.test.count) == [15, 15, 15])
        #expect(timed.all.map(\.train.count) == [15, 30, 45])
        #expect(timed.all.allSatisfy { ($0.train.min() ?? 0) > ($0.test.max() ?? 0) })
        // Rows of one time are never on both sides, and each border is the nearest there is.
        let years = (0..<90).map { row -> Double in Double(row * 5 % 18) / 2 }
        for count in [2, 5, 11] {
            let folds = try Folds(times: years, count: count).all
            #expect(folds.count == count && folds.allSatisfy { !$0.train.isEmpty })
            for fold in folds {
                let last = try #require(fold.train.map { years[$0] }.max())
                let first = try #require(fold.test.map { years[$0] }.min())
                #expect(last < first)
                #expect(abs(fold.test.count - 90 / (count + 1)) <= 5)
            }
        }
        let three = (0..<90).map { Double($0 % 3) }
        #expect(try Folds(times: three, count: 2).all.map(\.train.count) == [30, 60])
        #expect(
            message { _ = try Folds(times: three, count: 4) }
                == "--time: expected at least 5 different times for 4 folds, got 3; --folds 2")
        #expect(
            message {
                _ = try Folds(rows: 9, count: 2, groups: [Int32](repeating: 1, count: 9), seed: 1)
            }
            .contains("--group: expected at least 2 groups"))
        for (rows, count) in [(10, 1), (3, 4), (10, -2)] {
            _ = message { _ = try Folds(rows: rows, count: count, seed: 1) }
        }
    }

    @Test func sharesAreReadAsWritten() throws {
        let three = try Split.Fractions.shares(parsing: "80/10/10")
        #expect(three.validation == 0.1 && three.test == 0.1)
        let two = try Split.Fractions.shares(parsing: "0.75/0.25")
        #expect(two.validation == nil && two.test == 0.25)
        for text in [
            "", "80", "0/50/50", "80/-10/30", "a/b/c", "1/2/3/4", "80/10/", "nan/1/1", "3/1",
        ] {
            #expect(
                message { _ = try Split.Fractions.shares(parsing: text) }
                    .contains("add up to 100"))
        }
    }

    @Test func columnsMarkRows() throws {
        let table = try table("g,w,d,x,t", rows: 90) {
            "p\($0 % 30),\($0 % 3).5,2024-01-0\($0 / 10 + 1),\($0 % 7).25,\($0 % 2)"
        }
        let (grouped, _) = try parts(table) { $0.group = "g" }
        let groups = [grouped.train, grouped.validation, grouped.test].map { Set($0.groups ?? []) }
        #expect(groups.reduce(0) { $0 + $1.count } == 30)
        #expect(grouped.encoder?.inputNames.contains { $0.hasPrefix("g") } == false)
        let (weighted, _) = try parts(table) { $0.weight = "w" }
        #expect(weighted.encoder?.inputNames.contains("w") == false)
        #expect(Set(weighted.train.weights ?? []) == [0.5, 1.5, 2.5])
        #expect(weighted.train.weights?.count == weighted.train.count)
        #expect(try Dataset(weighted.train).weights?.shape == [weighted.train.count])
        let (timed, _) = try parts(table) { $0.time = "d" }
        #expect(try #require(timed.train.times?.max()) < #require(timed.test.times?.min()))
        let negative = try KalsaeDataTests.table("w,x,t", rows: 60) {
            "\($0 == 5 ? "-1" : "1"),\($0).5,\($0 % 2)"
        }
        #expect(
            message { _ = try parts(negative) { $0.weight = "w" } }
                == "a.csv: expected a weight of at least 0 in the column \"w\", got \"-1\" on line 7"
        )
        #expect(message { _ = try parts(table) { $0.time = "g" } }.contains("to split by"))
    }

    @Test func preparedTablesAreSplitInManyWays() throws {
        let table = try table("x,t", rows: 100) { "\($0 % 17).5,\(["a", "b"][$0 % 2])" }
        let prepared = try PreparedTable(table, target: "t")
        #expect(prepared.count == 100)
        let splits = try prepared.folds(5, seed: 1)
        #expect(splits.flatMap(\.test).sorted() == Array(0..<100))
        for split in splits {
            let parts = try prepared.parts(split, name: "a")
            #expect([parts.train.count, parts.validation.count, parts.test.count] == [68, 12, 20])
        }
        let all = try prepared.parts(prepared.allRows, name: "a")
        #expect([all.train.count, all.validation.count, all.test.count] == [100, 0, 0])
        #expect(all.guesses?.columns.count == 2)
    }

    @Test func ownTablesValidateAndTest() throws {
        let table = try table("x,t", rows: 60) { "\($0 % 7).5,\(["yes", "no"][$0 % 2])" }
        let other = try KalsaeDataTests.table("t,x\nYes,3\nfalse,4\n")
        let parts = try DataParts(
            table, name: "a", target: "t", validation: other, test: other, seed: 1)
        #expect([parts.train.count, parts.validation.count, parts.test.count] == [60, 2, 2])
        #expect(parts.test.classes == [1, 0])
        let one = try DataParts(table, name: "a", target: "t", test: other, seed: 1)
        #expect([one.train.count, one.validation.count, one.test.count] == [51, 9, 2])
    }
}
