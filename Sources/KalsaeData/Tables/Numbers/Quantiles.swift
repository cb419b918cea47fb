/// Order statistics by selection, which need no sorted numbers.
enum Quantiles {
    /// Moves the `rank`-th smallest number of `range` to its rank, smaller ones before it and larger
    /// ones behind it (Hoare 1961, with the median of three).
    static func select(
        _ rank: Int, _ numbers: UnsafeMutableBufferPointer<Double>, in range: Range<Int>
    ) {
        var (low, high) = (range.lowerBound, range.upperBound - 1)
        while low < high {
            let pivot = median(numbers[low], numbers[low + (high - low) / 2], numbers[high])
            var (left, right) = (low, high)
            while left <= right {
                while numbers[left] < pivot { left += 1 }
                while pivot < numbers[right] { right -= 1 }
                if left <= right {
                    numbers.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                return
            }
        }
    }

    private static func median(_ a: Double, _ b: Double, _ c: Double) -> Double {
        max(min(a, b), min(max(a, b), c))
    }

    /// Least, lower quartile, median, upper quartile and most of finite numbers, between two of them
    /// by linear interpolation; nil for none.
    static func fiveNumbers(_ numbers: inout [Double]) -> [Double]? {
        guard let last = numbers.indices.last else { return nil }
        let positions = [0.25, 0.5, 0.75].map { $0 * Double(last) }
        let ranks = positions.flatMap { [Int($0), min(Int($0) + 1, last)] }
        return numbers.withUnsafeMutableBufferPointer { buffer in
            var begin = 0
            for rank in ranks where rank >= begin {
                select(rank, buffer, in: begin..<buffer.count)
                begin = rank + 1
            }
            let quartiles = positions.enumerated().map { index, position in
                let (low, high) = (ranks[2 * index], ranks[2 * index + 1])
                let rest = position - Double(low)
                return rest > 0 ? buffer[low] * (1 - rest) + buffer[high] * rest : buffer[low]
            }
            var (least, most) = (buffer[0], buffer[0])
            for number in buffer {
                least = min(least, number)
                most = max(most, number)
            }
            return [least] + quartiles + [most]
        }
    }
}
