/// Random numbers by Philox4x32-10: a pure function of seed, stream, step and position.
///
/// Key: the seed's low and high word. Counter: block number, the stream's low word, the step's low
/// and high word. A sequence repeats after 2^32 blocks of four words. Source: Salmon, Moraes, Dror
/// and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
public struct Philox: RandomNumberGenerator, Sendable {
    /// Four words: a counter, or a block of the sequence.
    public typealias Words = (UInt32, UInt32, UInt32, UInt32)

    private let key: (UInt32, UInt32)
    private var counter: Words
    private var pending: UInt64?

    /// The sequence of a seed, a stream (of which the low 32 bits count) and a step.
    public init(seed: UInt64, stream: UInt64, step: UInt64 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32))
        counter = (
            0, UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: step),
            UInt32(step >> 32)
        )
    }

    /// The next 64 bits: words 0 and 1 of a block, low word first, then words 2 and 3.
    public mutating func next() -> UInt64 {
        if let second = pending {
            pending = nil
            return second
        }
        let words = Philox.block(counter: counter, key: key)
        counter.0 &+= 1
        pending = UInt64(words.3) << 32 | UInt64(words.2)
        return UInt64(words.1) << 32 | UInt64(words.0)
    }

    /// A whole number in 0..<`bound`, each equally likely; 0 when `bound` is 0.
    ///
    /// Source: Lemire, "Fast random integer generation in an interval" (2019).
    public mutating func next(below bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        let width = UInt64(bound)
        var product = next().multipliedFullWidth(by: width)
        if product.low < width {
            let rejected = (0 &- width) % width
            while product.low < rejected { product = next().multipliedFullWidth(by: width) }
        }
        return Int(product.high)
    }

    /// A number in [0, 1), a multiple of 2^-53.
    public mutating func nextUniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// Puts the elements in random order, each order equally likely (Fisher and Yates).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        var last = elements.count - 1
        while last > 0 {
            elements.swapAt(last, next(below: last + 1))
            last -= 1
        }
    }

    /// The same for row numbers, in the same order: an epoch shuffles a whole data set.
    public mutating func shuffle(_ elements: inout [Int32]) {
        var random = self
        elements.withUnsafeMutableBufferPointer { elements in
            var last = elements.count - 1
            while last > 0 {
                elements.swapAt(last, random.next(below: last + 1))
                last -= 1
            }
        }
        self = random
    }

    /// The four words for a counter and a key.
    public static func block(counter: Words, key: (UInt32, UInt32)) -> Words {
        var (a, b, c, d) = counter
        var (first, second) = key
        for _ in 0..<10 {
            let left = a.multipliedFullWidth(by: 0xd251_1f53)
            let right = c.multipliedFullWidth(by: 0xcd9e_8d57)
            (a, b, c, d) = (right.high ^ b ^ first, right.low, left.high ^ d ^ second, left.low)
            first &+= 0x9e37_79b9
            second &+= 0xbb67_ae85
        }
        return (a, b, c, d)
    }
}
