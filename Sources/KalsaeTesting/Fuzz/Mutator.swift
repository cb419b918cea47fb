/// Makes damaged files of good ones: flipped bits, cuts, splices, fields of lengths set to extremes,
/// and up to four of them at once. The same seed makes the same files.
public struct Mutator: Sendable {
    /// The files that were good.
    public let files: [[UInt8]]
    private var state: UInt64

    /// Mutations of some files, by seed.
    public init(_ files: [[UInt8]], seed: UInt64) {
        self.files = files
        state = seed
    }

    private static let texts = [
        "0", "-1", "1e999", "4294967296", "9223372036854775807", "18446744073709551616", "\"",
        "[", "{", ",", "\\u", "nan", "\n", "\r", "\u{FEFF}", "- ", ": ", "&a ", "*a",
    ].map { Array($0.utf8) }

    private static let extremes: [UInt64] = [
        0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 53,
        0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_fff8, .max,
    ]

    /// The next damaged file.
    public mutating func next() -> [UInt8] {
        guard !files.isEmpty else { return [] }
        var bytes = files[below(files.count)]
        for _ in 0...below(4) { mutate(&bytes) }
        return bytes
    }

    /// SplitMix64.
    private mutating func random() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    private mutating func below(_ bound: Int) -> Int {
        bound > 1 ? Int(random() % UInt64(bound)) : 0
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        // Half of the faults are near the beginning, where headers are.
        let at = below(below(2) == 0 ? min(bytes.count, 128) : bytes.count)
        switch below(10) {
        case 0, 1: bytes[at] ^= 1 << UInt8(below(8))
        case 2: bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x0a][below(8)]
        case 3: bytes.removeLast(bytes.count - at)
        case 4:
            let other = files[below(files.count)]
            let start = below(other.count)
            let end = min(other.count, start + 1 + below(below(4) == 0 ? other.count : 40))
            bytes.insert(contentsOf: other[start..<end], at: at)
        case 5: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(16)))
        case 6:
            var end = at
            while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
            bytes.replaceSubrange(at..<end, with: Self.texts[below(Self.texts.count)])
        case 7, 8: setField(&bytes, at)
        default:
            let fill: UInt8 = below(2) == 0 ? 0xff : 0
            for k in at..<min(bytes.count, at + 1 + below(8)) { bytes[k] = fill }
        }
    }

    /// Overwrites one, two, four or eight bytes by an extreme number, in either byte order.
    private mutating func setField(_ bytes: inout [UInt8], _ at: Int) {
        let size = 1 << below(4)
        let value = Self.extremes[below(Self.extremes.count)]
        let isBigEndian = below(2) == 0
        for k in 0..<size where at + k < bytes.count {
            let shift = UInt64(8 * (isBigEndian ? size - 1 - k : k))
            bytes[at + k] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }
}
