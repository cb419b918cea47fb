import KalsaeGraph
import KalsaeReference
import Testing

@Suite struct RandomTests {
    /// The known answers that Random123 ships for philox4x32 with 10 rounds.
    @Test(
        arguments: [
            (
                [0, 0, 0, 0], 0, 0,
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
            ),
            (
                [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], 0xffff_ffff, 0xffff_ffff,
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], 0xa409_3822, 0x299f_31d0,
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ] as [([UInt32], UInt32, UInt32, [UInt32])])
    func knownAnswers(_ counter: [UInt32], _ first: UInt32, _ second: UInt32, _ words: [UInt32]) {
        #expect(Philox.words(counter: counter, key: (first, second)) == words)
    }

    private func draw(
        _ distribution: RandomParameters.Distribution, _ dtype: DType, _ count: Int,
        key: [Int64] = [0, 0, 0]
    ) throws -> [Double] {
        let parameters = RandomParameters(distribution, TensorType(dtype, [count]))
        return try run(.random(parameters), [integers(.int64, key)]).numbers.doubles
    }

    @Test func bitsAreTheWordsInOrder() throws {
        let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        let expected = words.map { Double(Int32(bitPattern: $0)) }
        #expect(try draw(.bits, .int32, 4) == expected)
        #expect(try draw(.bits, .int32, 2) == Array(expected.prefix(2)))
    }

    @Test func theKeyIsSeedStreamAndStep() throws {
        let key: [Int64] = [0x299f_31d0_a409_3822, 0x7_85a3_08d3, 0x0370_7344_1319_8a2e]
        let counter: [UInt32] = [1, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]
        let words = Philox.words(counter: counter, key: (0xa409_3822, 0x299f_31d0))
        let got = try draw(.bits, .int32, 8, key: key)
        #expect(Array(got[4...]) == words.map { Double(Int32(bitPattern: $0)) })
    }

    @Test func uniformTakesTheUpperBits() throws {
        let narrow = try draw(.uniform, .float32, 2)
        #expect(narrow == [Double(0x66_27e8) / 16_777_216, Double(0xe1_69c5) / 16_777_216])
        let wide = try draw(.uniform, .float64, 2)
        #expect(wide[0] == Double(0x6627_e8d5_e169_c58d as UInt64 >> 11) / 0x1p53)
        #expect(wide[1] == Double(0xbc57_ac4c_9b00_dbd8 as UInt64 >> 11) / 0x1p53)
    }

    @Test func momentsAreRight() throws {
        for dtype in [DType.float32, .float64] {
            let count = 20_000
            let uniform = try draw(.uniform, dtype, count, key: [7, 1, 2])
            #expect(uniform.allSatisfy { (0..<1).contains($0) })
            #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.01)
            let normal = try draw(.normal, dtype, count, key: [7, 1, 2])
            let square = normal.reduce(0) { $0 + $1 * $1 } / Double(count)
            let fourth = normal.reduce(0) { $0 + $1 * $1 * $1 * $1 } / Double(count)
            #expect(abs(normal.reduce(0, +) / Double(count)) < 0.03)
            #expect(abs(square - 1) < 0.05)
            #expect(abs(fourth - 3) < 0.3)
            let product = stride(from: 0, to: count, by: 2).reduce(0.0) {
                $0 + normal[$1] * normal[$1 + 1]
            }
            #expect(abs(product / Double(count / 2)) < 0.05)
        }
    }

    /// Computed apart, from the words of the first known answer.
    @Test func normalIsBoxMuller() throws {
        let narrow = try draw(.normal, .float32, 4)
        let expected = [
            0.9911374751458971, -0.9246627803544332, -0.6176090549848544, -0.4820683472644963,
        ]
        #expect(near(narrow, expected, 1e-7))
        let wide = try draw(.normal, .float64, 2)
        #expect(near(wide, [-0.12151797595308224, -1.350032659857655]))
    }
}

@Suite struct GeneratorTests {
    @Test func constantsAreRoundedToTheirType() throws {
        #expect(
            try run(.constant(Scalar(0.1, .float32)), []).numbers == .floats([Double(Float(0.1))]))
        #expect(try run(.constant(Scalar(integer: .max, .int64)), []).numbers == .integers([.max]))
        #expect(try run(.constant(Scalar(2, .bool)), []).numbers == .integers([1]))
    }

    @Test func iotaCountsAlongOneAxis() throws {
        let rows = IotaParameters(TensorType(.int32, [2, 3]), axis: 0)
        #expect(try run(.iota(rows), []).numbers == .integers([0, 0, 0, 1, 1, 1]))
        let columns = IotaParameters(TensorType(.float32, [2, 3]), axis: 1)
        #expect(try run(.iota(columns), []).numbers == .floats([0, 1, 2, 0, 1, 2]))
        let bytes = IotaParameters(TensorType(.uint8, [258]), axis: 0)
        #expect(try run(.iota(bytes), []).numbers.integers.suffix(3) == [255, 0, 1])
    }
}
