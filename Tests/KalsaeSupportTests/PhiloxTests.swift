import KalsaeSupport
import Testing

@Suite struct PhiloxTests {
    /// The known answers of Random123 (`kat_vectors`).
    @Test func knownAnswers() {
        let cases: [(Philox.Words, (UInt32, UInt32), Philox.Words)] = [
            ((0, 0, 0, 0), (0, 0), (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (
                (.max, .max, .max, .max), (.max, .max),
                (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0),
                (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ]
        for (counter, key, expected) in cases {
            #expect(Philox.block(counter: counter, key: key) == expected)
        }
    }

    @Test func wordsComeInOrder() {
        var generator = Philox(seed: 0, stream: 0)
        #expect(generator.next() == 0xe169_c58d_6627_e8d5)
        #expect(generator.next() == 0x9b00_dbd8_bc57_ac4c)
        let second = Philox.block(counter: (1, 0, 0, 0), key: (0, 0))
        #expect(generator.next() == UInt64(second.1) << 32 | UInt64(second.0))
    }

    @Test func seedStreamAndStepAreInTheBlock() {
        var generator = Philox(
            seed: 0x0102_0304_0506_0708, stream: 9, step: 0x1112_1314_1516_1718)
        let block = Philox.block(
            counter: (0, 9, 0x1516_1718, 0x1112_1314), key: (0x0506_0708, 0x0102_0304))
        #expect(generator.next() == UInt64(block.1) << 32 | UInt64(block.0))
    }

    @Test func uniformNumbersAreUniform() {
        var generator = Philox(seed: 1, stream: 2)
        let numbers = (0..<40_000).map { _ in generator.nextUniform() }
        #expect(numbers.allSatisfy { (0..<1).contains($0) })
        let mean = numbers.reduce(0, +) / 40_000
        let square = numbers.reduce(0) { $0 + $1 * $1 } / 40_000
        #expect(abs(mean - 0.5) < 0.006)
        #expect(abs(square - 1.0 / 3) < 0.006)
    }

    @Test func boundedNumbersAreUnbiased() {
        var generator = Philox(seed: 3, stream: 4)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[generator.next(below: 6)] += 1 }
        // Six standard deviations of a binomial with n = 60,000 and p = 1/6.
        #expect(counts.allSatisfy { abs($0 - 10_000) < 550 })
        #expect(generator.next(below: 1) == 0)
        #expect(generator.next(below: 0) == 0)
        let large = (0..<1_000).map { _ in generator.next(below: .max) }
        #expect(large.allSatisfy { $0 >= 0 })
        // A bound of 3/2 * 2^62 without rejection would favor a third of the numbers twofold.
        let wide = (0..<30_000).filter { _ in generator.next(below: 3 << 61) < 1 << 61 }.count
        #expect(abs(wide - 10_000) < 500)
    }

    @Test(arguments: [0, 1, 2, 1000]) func rowNumbersAreShuffledLikeAnything(count: Int) {
        var (rows, numbers) = ((0..<Int32(count)).map { $0 }, (0..<count).map { $0 })
        var (first, second) = (Philox(seed: 3, stream: 5), Philox(seed: 3, stream: 5))
        first.shuffle(&rows)
        second.shuffle(&numbers)
        #expect(rows.map(Int.init) == numbers)
        #expect(first.next() == second.next())
    }

    @Test func shufflesAreFairAndRepeatable() {
        var counts: [[Int]: Int] = [:]
        for seed in 0..<12_000 {
            var generator = Philox(seed: UInt64(seed), stream: 0)
            var elements = [1, 2, 3]
            generator.shuffle(&elements)
            counts[elements, default: 0] += 1
        }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 2_000) < 250 })
        var first = Array(0..<100)
        var second = first
        var generator = Philox(seed: 8, stream: 1)
        generator.shuffle(&first)
        generator = Philox(seed: 8, stream: 1)
        generator.shuffle(&second)
        #expect(first == second)
        #expect(first != Array(0..<100))
        #expect(first.sorted() == Array(0..<100))
        var empty: [Int] = []
        generator.shuffle(&empty)
        #expect(empty.isEmpty)
    }
}
