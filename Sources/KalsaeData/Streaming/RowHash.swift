/// Random numbers of rows, each a function of seed, purpose and row alone (the mixing of SplitMix64:
/// Steele, Lea and Flood, 2014).
struct RowHash {
    /// What numbers are drawn for, so that no two uses share them.
    enum Purpose: UInt64 {
        case sample = 1
        case split = 2
        case block = 3
    }

    private let start: UInt64

    init(_ purpose: Purpose, seed: UInt64) {
        start = Self.mixed(seed &+ purpose.rawValue &* 0x9e37_79b9_7f4a_7c15)
    }

    func callAsFunction(_ row: UInt64) -> UInt64 {
        Self.mixed(start &+ (row &+ 1) &* 0x9e37_79b9_7f4a_7c15)
    }

    /// A number from 0 to less than 1.
    func uniform(_ row: UInt64) -> Double { Double(self(row) >> 11) * 0x1p-53 }

    private static func mixed(_ number: UInt64) -> UInt64 {
        var z = (number ^ number >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
