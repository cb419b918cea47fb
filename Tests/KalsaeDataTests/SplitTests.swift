import KalsaeData
import Testing

@Suite struct SplitTests {
    @Test(arguments: [3, 4, 10, 99, 1_000]) func partsAreAPartition(count: Int) throws {
        let split = try Split(count: count, seed: 1)
        #expect((split.train + split.validation + split.test).sorted() == Array(0..<count))
        #expect(!split.validation.isEmpty && !split.test.isEmpty && !split.train.isEmpty)
        #expect(split.train == split.train.sorted())
    }

    @Test func sharesAreThoseAskedFor() throws {
        let split = try Split(count: 1_000, seed: 1)
        #expect([split.train.count, split.validation.count, split.test.count] == [700, 150, 150])
        let fractions = Split.Fractions(validation: 0.25, test: 0)
        let own = try Split(count: 1_000, fractions: fractions, seed: 1)
        #expect([own.train.count, own.validation.count, own.test.count] == [750, 250, 0])
    }

    @Test func classesAreSplitAlike() throws {
        let classes = (0..<1_000).map { Int32($0 % 10 == 0 ? 2 : $0 % 3 == 0 ? 1 : 0) }
        let split = try Split(count: 1_000, classes: classes, seed: 5)
        #expect((split.train + split.validation + split.test).sorted() == Array(0..<1_000))
        #expect([split.train.count, split.validation.count, split.test.count] == [700, 150, 150])
        for label in Int32(0)...2 {
            let whole = classes.count { $0 == label }
            for part in [split.validation, split.test] {
                let share = part.count { classes[$0] == label }
                #expect(abs(Double(share) - Double(whole) * 0.15) <= 1)
            }
        }
    }

    @Test func aRareClassStaysInTraining() throws {
        for count in 10...30 {
            let classes = (0..<count).map { Int32(max(0, $0 - count / 3)) }
            let split = try Split(count: count, classes: classes, seed: 1)
            #expect(Set(split.train.map { classes[$0] }) == Set(classes))
            #expect((split.train + split.validation + split.test).sorted() == Array(0..<count))
        }
    }

    @Test func theSeedDecides() throws {
        #expect(try Split(count: 100, seed: 7) == Split(count: 100, seed: 7))
        #expect(try Split(count: 100, seed: 7) != Split(count: 100, seed: 8))
        // Over many seeds each row is tested about as often: 15 of 100 times, within six sigma.
        var tested = [Int](repeating: 0, count: 40)
        for seed in 0..<400 {
            for row in try Split(count: 40, seed: UInt64(seed)).test { tested[row] += 1 }
        }
        #expect(tested.allSatisfy { abs($0 - 60) < 43 })
    }

    @Test func faultsAreTold() {
        #expect(
            message { _ = try Split(count: 2, seed: 1) }
                == "split: expected at least 3 examples, got 2")
        let greedy = Split.Fractions(validation: 0.5, test: 0.5)
        #expect(
            message { _ = try Split(count: 10, fractions: greedy, seed: 1) }
                == "split: expected shares from 0 that leave some for training, "
                + "got 0.5 for validation and 0.5 for the test")
        let odd = Split.Fractions(validation: .nan, test: 0)
        _ = message { _ = try Split(count: 10, fractions: odd, seed: 1) }
    }
}
