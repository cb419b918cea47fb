import KalsaeGraph
import KalsaeTensor
import Testing

/// Types, ties and NaN of running maxima.
@Suite struct CumulativeMaximumTests {
    @Test func keepsTheType() throws {
        try onEachDevice { () throws in
            let whole = Tensor([Int32(3), -5, 7, 2])
            try expectValues(whole.cumulativeMaximum(), [3, 3, 7, 7], dtype: .int32)
            let least = Double(Int32.min)
            try expectValues(
                whole.cumulativeMaximum(exclusive: true), [least, 3, 3, 7], dtype: .int32)
            try expectValues(
                Tensor([3, 200, 7] as [UInt8]).cumulativeMaximum(exclusive: true, reverse: true),
                [200, 7, 0], dtype: .uint8)
            let large = Tensor([Int64.max - 1, .max, .min])
            #expect(
                try large.cumulativeMaximum().values(Int.self) == [.max - 1, .max, .max])
            expectFault(Tensor([true, false]).cumulativeMaximum(), "cumulativeMaximum", "bool")
            expectFault(whole.cumulativeMaximum(axis: 1), "cumulativeMaximum", "an axis of [4]")
        }
    }

    /// As `numpy.maximum.accumulate` (2.4).
    @Test func aNaNStays() throws {
        try onEachDevice { () throws in
            let x = Tensor([1, .nan, 3, .infinity, -.infinity] as [Float])
            try expectValues(x.cumulativeMaximum(), [1, .nan, .nan, .nan, .nan])
            try expectValues(
                x.cumulativeMaximum(reverse: true), [.nan, .nan, .infinity, .infinity, -.infinity])
        }
    }

    /// As `torch.cummax` (2.11), whose indices for 1, 3, 3, 2, 3 are 0, 1, 2, 2, 4.
    @Test func theGradientGoesToTheLastOfEqualElements() throws {
        try onEachDevice { () throws in
            let weights = Tensor([1.0, 10, 100, 1000, 10000] as [Double])
            func slope(_ numbers: [Double], exclusive: Bool = false, reverse: Bool = false)
                -> Tensor
            {
                gradient(at: Tensor(numbers)) { x in
                    let maxima = x.cumulativeMaximum(exclusive: exclusive, reverse: reverse)
                    return (maxima.replacing(with: 0, where: maxima .== -.infinity) * weights).sum()
                }
            }
            try expectValues(slope([1, 3, 3, 2, 3]), [1, 10, 1100, 0, 10000])
            try expectValues(slope([1, 3, 3, 2, 3], reverse: true), [0, 11, 100, 0, 11000])
            try expectValues(slope([2, 1, 3, 1, 0], reverse: true), [0, 0, 111, 1000, 10000])
            try expectValues(slope([2, 1, 3, 1, 0], exclusive: true), [110, 0, 11000, 0, 0])
            try expectValues(
                slope([2, 1, 3, 1, 4], exclusive: true, reverse: true), [0, 0, 0, 0, 1111])
            // Each NaN takes over, as in PyTorch.
            try expectValues(slope([1, .nan, 2, .nan, 3]), [1, 110, 0, 11000, 0])
        }
    }

    @Test func gradientsOfBothOrdersAgreeWithDifferences() throws {
        try onEachDevice { () throws in
            let x = Tensor([2.0, 5, 1, 4, 3, 6, 0, 8, 7, 9, -1, -2] as [Double], shape: [2, 3, 2])
            for axis in 0..<3 {
                for isReverse in [false, true] {
                    try expectGradients(at: [x]) {
                        $0[0].cumulativeMaximum(axis: axis, reverse: isReverse).square()
                    }
                }
            }
        }
    }
}
