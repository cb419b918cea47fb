/// Philox4x32-10: four random words from a counter of four words and a key of two.
///
/// Source: Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (2011).
package struct Philox {
    var key: (UInt32, UInt32)
    var stream: UInt32
    var step: UInt64

    init(seed: Int64, stream: Int64, step: Int64) {
        let seed = UInt64(bitPattern: seed)
        key = (UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32))
        self.stream = UInt32(truncatingIfNeeded: stream)
        self.step = UInt64(bitPattern: step)
    }

    /// The words of the block with a number.
    func block(_ number: Int) -> [UInt32] {
        let counter = [
            UInt32(truncatingIfNeeded: number), stream,
            UInt32(truncatingIfNeeded: step), UInt32(step >> 32),
        ]
        return Philox.words(counter: counter, key: key)
    }

    /// The four words for a counter of four words and a key.
    package static func words(counter: [UInt32], key: (UInt32, UInt32)) -> [UInt32] {
        var words = counter
        var (first, second) = key
        for _ in 0..<10 {
            let left = UInt64(words[0]) * 0xD251_1F53
            let right = UInt64(words[2]) * 0xCD9E_8D57
            words = [
                UInt32(right >> 32) ^ words[1] ^ first, UInt32(truncatingIfNeeded: right),
                UInt32(left >> 32) ^ words[3] ^ second, UInt32(truncatingIfNeeded: left),
            ]
            first &+= 0x9E37_79B9
            second &+= 0xBB67_AE85
        }
        return words
    }
}
