import Glibc

/// Free text as a fixed number of inputs: words in the first half, parts of words in the second.
///
/// Each word, and each three letters of a word with its ends marked, adds ±1 to the input that its
/// hash says (Weinberger 2009). An input is sign · log(1 + |sum|); each half of a row is brought to
/// a root mean square of ½, so that long texts weigh as short ones.
public struct TextHashing: Sendable, Equatable {
    /// Inputs, even.
    public let width: Int

    /// A hashing into `width` inputs.
    public init(width: Int) { self.width = width }

    /// A hashing whose inputs suit the rows to learn from, few or many: 32, 64 or 128.
    static func fitting(rows: Int) -> TextHashing {
        let width =
            switch rows {
            case 10_000..<100_000: 128
            case 1_000..<10_000, 100_000..<400_000: 64
            default: 32
            }
        return TextHashing(width: width)
    }

    /// The inputs of a text.
    func encode(_ text: String) -> [Float] {
        let half = width / 2
        var values = [Float](repeating: 0, count: width)
        for word in Self.words(text) {
            Self.add(word, to: &values, from: 0, count: half)
            let marked = [0x5e] + word + [0x24]
            for start in 0..<(marked.count - 2) {
                Self.add(Array(marked[start..<(start + 3)]), to: &values, from: half, count: half)
            }
        }
        Self.balance(&values, 0..<half)
        Self.balance(&values, half..<width)
        return values
    }

    /// The words as scalars in lower case: runs of letters and digits.
    static func words(_ text: String) -> [[UInt32]] {
        text.lowercased().unicodeScalars.split { scalar in
            !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar)
        }.map { $0.map(\.value) }
    }

    private static func add(
        _ token: [UInt32], to values: inout [Float], from first: Int, count: Int
    ) {
        guard count > 0 else { return }
        // FNV-1a, then the finalizer of MurmurHash3, so that low bits depend on all letters.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for value in token { hash = (hash ^ UInt64(value)) &* 0x100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash ^= hash >> 33
        values[first + Int(hash % UInt64(count))] += hash >> 63 == 0 ? 1 : -1
    }

    private static func balance(_ values: inout [Float], _ range: Range<Int>) {
        var square: Float = 0
        for index in range {
            values[index] = copysignf(log1pf(abs(values[index])), values[index])
            square += values[index] * values[index]
        }
        guard square > 0 else { return }
        let factor = 0.5 * (Float(range.count) / square).squareRoot()
        for index in range { values[index] *= factor }
    }
}
