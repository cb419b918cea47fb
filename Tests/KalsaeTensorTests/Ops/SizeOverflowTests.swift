import KalsaeTensor
import Testing

/// Sizes whose sums leave the range of Int are faults.
@Suite struct SizeOverflowTests {
    @Test func splitsThatWrapAround() {
        for sizes in [[Int.max, .max, 6], [5, -1], [.max], [.min, 4]] {
            let parts = Tensor.arange(4).split(sizes: sizes)
            #expect(parts.count == sizes.count)
            #expect(parts.allSatisfy { $0.fault != nil })
        }
        #expect(Tensor.arange(4).split(sizes: [0, 3, 1]).map(\.shape) == [[0], [3], [1]])
    }

    @Test func concatenationsThatOverflow() {
        let part = Tensor.zeros([1 << 62])
        #expect(Tensor.concatenate([part, part]).fault != nil)
    }

    /// Each operand gets the part of the gradient that lies behind those in front of it.
    @Test func gradientsOfManyOperands() throws {
        let x = Tensor((0..<3_000).map { Float($0 % 7) })
        let weights = Tensor((0..<3_000).map { Float($0 % 11) })
        let slope = gradient(at: x) { x in
            let parts = x.split(sizes: [Int](repeating: 2, count: 1_500))
            return (Tensor.concatenate(parts) * weights).sum()
        }
        #expect(try slope.values() == weights.values())
    }
}
