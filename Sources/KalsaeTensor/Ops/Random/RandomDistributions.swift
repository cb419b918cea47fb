import Glibc
import KalsaeGraph

extension Tensor {
    /// Whole numbers of a range, all equally likely.
    public static func randomIntegers(
        _ shape: Shape, in range: Range<Int>, key: RandomKey, dtype: DType = .int32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let (width, overflow) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        let fits = [range.lowerBound, range.upperBound &- 1].allSatisfy {
            Scalar(integer: $0, dtype).integer == $0
        }
        guard !range.isEmpty, !overflow, width <= 1 << 53, fits else {
            return .fault(
                "randomIntegers", expected: "a range of 1 to 2^53 numbers that fit \(dtype)",
                got: "\(range)",
                site: CallSite(file: file, line: line))
        }
        // Doubles have bits enough that no number is favored.
        let scaled = uniform(shape, key: key, dtype: .float64) * Double(width)
        return (scaled.floor() + Double(range.lowerBound)).cast(to: dtype)
    }

    /// The numbers `0 ..< count` in random order, as `int32`.
    public static func randomPermutation(_ count: Int, key: RandomKey) -> Tensor {
        randomBits([count], key: key).argSorted()
    }

    /// The entries of an axis in random order.
    public func shuffled(
        axis: Int = 0, key: RandomKey, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "shuffled", CallSite(file: file, line: line)) { axis in
            gathered(at: .randomPermutation(shape[axis], key: key), axis: axis)
        }
    }

    /// Normal random numbers no further from the mean than `bound` standard deviations.
    public static func truncatedNormal(
        _ shape: Shape, mean: Double = 0, deviation: Double = 1, bound: Double = 2,
        key: RandomKey, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard bound > 0 else {
            return .fault(
                "truncatedNormal", expected: "a bound above 0", got: "\(bound)",
                site: CallSite(file: file, line: line))
        }
        let root = 2.0.squareRoot()
        let share = Glibc.erf(bound / root)
        let even = uniform(shape, low: -share, high: share, key: key, dtype: dtype)
        let standard = (even.erfInverse() * root).clipped(to: -bound...bound)
        return standard * deviation + mean
    }

    /// Exponential random numbers, of mean `1 / rate`.
    public static func exponential(
        _ shape: Shape, rate: Double = 1, key: RandomKey, dtype: DType = .float32
    ) -> Tensor {
        (-uniform(shape, key: key, dtype: dtype)).log1p() / -rate
    }

    /// Standard Gumbel random numbers, `-log(-log(u))`, always finite.
    public static func gumbel(
        _ shape: Shape, key: RandomKey, dtype: DType = .float32
    ) -> Tensor {
        // The uniform numbers contain 0, whose logarithm is infinite.
        let even = uniform(shape, key: key, dtype: dtype).maximum(0x1p-32)
        return -(-even.log()).log()
    }

    /// A class number (`int32`) for each row of logits, by the probabilities `softmax(logits)`:
    /// `[…, classes] → […]`.
    ///
    /// By the largest of logits plus Gumbel noise; logits of -∞ are never drawn.
    public static func categorical(
        logits: Tensor, key: RandomKey, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard logits.fault == nil else { return logits }
        let noise = gumbel(logits.shape, key: key, dtype: logits.dtype)
        return (logits + noise).argMax(axis: -1, file: file, line: line)
    }
}
