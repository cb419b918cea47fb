import Glibc
import KalsaeCPU
import KalsaeGraph
import Testing

@Suite struct RandomTests {
    /// One block of Philox4x32-10, round by round.
    static func block(_ counter: [UInt32], key: (UInt32, UInt32)) -> [UInt32] {
        var (words, key) = (counter, key)
        for _ in 0..<10 {
            let left = UInt64(words[0]) * 0xD251_1F53
            let right = UInt64(words[2]) * 0xCD9E_8D57
            words = [
                UInt32(right >> 32) ^ words[1] ^ key.0, UInt32(truncatingIfNeeded: right),
                UInt32(left >> 32) ^ words[3] ^ key.1, UInt32(truncatingIfNeeded: left),
            ]
            key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
        }
        return words
    }

    static let keys: [[Int64]] = [[0, 0, 0], [-5, 3, 1 << 40], [0x1234_5678_9ABC, 7, 12]]

    static func words(_ key: [Int64], _ index: Int) -> [UInt32] {
        let (seed, step) = (UInt64(bitPattern: key[0]), UInt64(bitPattern: key[2]))
        let low = UInt32(truncatingIfNeeded: step)
        return block(
            [
                UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: key[1]), low,
                UInt32(step >> 32),
            ], key: (UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)))
    }

    /// Draws `count` numbers and compares each with the definition.
    func check(
        _ distribution: RandomParameters.Distribution, _ dtype: DType, count: Int,
        tolerance: Double, _ element: ([Int64], Int) -> Double
    ) throws {
        for key in Self.keys {
            let type = TensorType(dtype, [count])
            let operand = Value(.int64, [3], key.map(Double.init))
            try expectRun(
                try Kernel.random(RandomParameters(distribution, type)), [operand], type,
                gives: (0..<count).map { element(key, $0) }, tolerance: tolerance)
        }
    }

    /// The published answers for a counter and key of zeros, and of ones.
    @Test func knownAnswers() {
        let zeros = Self.block([0, 0, 0, 0], key: (0, 0))
        #expect(zeros == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
        let all = UInt32.max
        let ones = Self.block([all, all, all, all], key: (all, all))
        #expect(ones == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    }

    @Test(arguments: [0, 1, 3, 256, 257, 40_001])
    func bitsAndUniform(_ count: Int) throws {
        try check(.bits, .int32, count: count, tolerance: 0) { key, i in
            Double(Int32(bitPattern: Self.words(key, i / 4)[i % 4]))
        }
        try check(.uniform, .float32, count: count, tolerance: 0) { key, i in
            Double(Self.words(key, i / 4)[i % 4] >> 8) / 16_777_216
        }
        try check(.uniform, .float64, count: count, tolerance: 0) { key, i in
            Self.fraction(Self.words(key, i / 2), 2 * (i % 2))
        }
    }

    static func fraction(_ words: [UInt32], _ first: Int, plus one: UInt64 = 0) -> Double {
        let bits = (UInt64(words[first]) << 32 | UInt64(words[first + 1])) >> 11
        return Double(bits + one) * 0x1p-53
    }

    @Test(arguments: [0, 1, 7, 40_001])
    func normal(_ count: Int) throws {
        try check(.normal, .float32, count: count, tolerance: 2e-6) { key, i in
            let words = Self.words(key, i / 4)
            let first = 2 * (i / 2 % 2)
            let u1 = Double((words[first] >> 8) + 1) / 16_777_216
            let angle = 2 * Double.pi * Double(words[first + 1] >> 8) / 16_777_216
            return sqrt(-2 * log(u1)) * (i % 2 == 0 ? cos(angle) : sin(angle))
        }
        try check(.normal, .float64, count: count, tolerance: 1e-13) { key, i in
            let words = Self.words(key, i / 2)
            let radius = sqrt(-2 * log(Self.fraction(words, 0, plus: 1)))
            let angle = 2 * Double.pi * Self.fraction(words, 2)
            return radius * (i % 2 == 0 ? cos(angle) : sin(angle))
        }
    }
}
