import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Sums of more ones than `float32` can count one by one: 2^24 = 16,777,216.
@Suite struct LongSumTests {
    private let many = 20_000_000

    @Test func sumsDoNotStick() throws {
        let ones = Tensor.ones([many])
        let column = ones.reshaped(to: [many, 1])
        #expect(try ones.sum().item() == 20_000_000)
        #expect(try column.mean(axes: [0]).values() == [1])
        #expect(try column.variance(axes: [0]).values() == [0])
        #expect(
            try Tensor.ones([2, many / 2 + 9_000_000]).sum(axes: [1]).values() == [19e6, 19e6])
        let pairs = Tensor.ones([many, 2]).sum(axes: [0])
        #expect(try pairs.values() == [20_000_000, 20_000_000])
    }

    /// Columns too wide for accumulators are added to row by row: in groups of 512, whose own error
    /// is at most 512 / 2 ulp of a 300th of the sum. One by one, thirds stray by 8e-4 of the sum here.
    @Test func wideColumnsAreSummedInGroups() throws {
        let thirds = Tensor.full([150_000, 4100], 1 / 3.0).sum(axes: [0])
        let exact = 150_000 * Double(Float(1 / 3.0))
        let values = try thirds.values(Double.self)
        #expect(values.count == 4100)
        // 300 groups: (512 + 300) / 2 roundings of half an ulp (2^-24) each, at most.
        #expect(values.allSatisfy { abs($0 / exact - 1) < 406 * 0x1p-24 })
    }

    @Test(arguments: [false, true]) func runningSumsDoNotStick(isReverse: Bool) throws {
        let sums = Tensor.ones([many]).cumulativeSum(reverse: isReverse)
        let ends = sums.sliced([.at(isReverse ? 0 : many - 1)])
        #expect(try ends.item() == 20_000_000)
        // Two columns: the sums run beside one another.
        let columns = Tensor.ones([many, 2]).cumulativeSum(axis: 0, reverse: isReverse)
        let last = columns.sliced([.at(isReverse ? 0 : many - 1)])
        #expect(try last.values() == [20_000_000, 20_000_000])
        let past = Tensor.full([3], 0x1p24).cumulativeSum(exclusive: true)
        #expect(try past.values() == [0, 0x1p24, 0x1p25])
    }

    /// The step down from a large number is kept in the sum, as in PyTorch: 2^24 + 1 - 2^24 = 1.
    @Test func runningSumsKeepWhatTheirTypeDoesNot() throws {
        let sums = Tensor([0x1p24, 1, -0x1p24] as [Float]).cumulativeSum()
        #expect(try sums.values() == [0x1p24, 0x1p24, 1])
    }
}

/// Whole numbers as NumPy and PyTorch have them.
@Suite struct WholeNumberTests {
    @Test func sumsAreWide() throws {
        try onEachDevice { () throws in
            for dtype in [DType.int32, .uint8, .bool, .int64] {
                let x = Tensor([1, 0, 1]).cast(to: dtype)
                for sum in [x.sum(), x.sum(axes: [0]), x.product(), x.sum(axes: [])] {
                    #expect(sum.dtype == .int64)
                }
                #expect(x.cumulativeSum().dtype == .int64)
                #expect(x.cumulativeProduct().dtype == .int64)
                try expectValues(x.sum(), [2], shape: [])
            }
            let large = Tensor([Int32.max, .max])
            #expect(try large.sum().item(Int.self) == 4_294_967_294)
            #expect(try large.cumulativeSum().values(Int.self) == [2_147_483_647, 4_294_967_294])
            #expect(large.max().dtype == .int32)
            // int64 wraps, as in both.
            #expect(try Tensor([Int.max, 1]).sum().item(Int.self) == .min)
            #expect(try (large + large).values(Int.self) == [-2, -2])
        }
    }

    @Test func divisorsOfZeroAreErrors() throws {
        try onEachDevice { () throws in
            let x = Tensor([7, 8, 9, 10, 11, 12], shape: [2, 3])
            let y = Tensor([1, 2, 3, 4, 0, 0], shape: [2, 3])
            for (name, z) in [("divide", x / y), ("remainder", x % y)] {
                let error = #expect(throws: KalsaeError.self) { try z.evaluate() }
                #expect(error?.subject == name)
                #expect(error?.got == "0 at element 4")
            }
            #expect(throws: KalsaeError.self) { try (x / 0).values() }
            #expect(throws: KalsaeError.self) { try (5 % (y - y)).values() }
            // In the middle of a loop, and summed over.
            #expect(throws: KalsaeError.self) { try ((x + 1) / y * 2).sum().item(Int.self) }
            #expect(throws: KalsaeError.self) { try (x / y).sum(axes: [0]).values(Int.self) }
            let safe = x / (y .== 0).select(1, y)
            #expect(try safe.values(Int.self) == [7, 4, 3, 2, 11, 12])
            #expect(try (Tensor([Int.min]) / -1).values(Int.self) == [.min])
            // Floats have infinities.
            try expectValues(Tensor([1, -1, 0.0]) / 0, [.infinity, -.infinity, .nan])
        }
    }

    /// The axis in the middle is reduced: the loop walks in another order, so no element is named.
    @Test func divisorsOfZeroInReorderedLoops() throws {
        let x = Tensor(Array(0..<60), shape: [3, 4, 5])
        let error = #expect(throws: KalsaeError.self) {
            try (x / (x - 33)).sum(axes: [1]).values(Int.self)
        }
        #expect(error?.subject == "divide")
    }
}
