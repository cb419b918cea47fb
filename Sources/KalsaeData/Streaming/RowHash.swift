import KalsaeSupport

/// Random numbers of rows, each a function of seed, purpose and row alone.
struct RowHash {
    /// What numbers are drawn for: a stream of random numbers each.
    enum Purpose: UInt64 {
        case sample = 0x526f_7753
        case split = 0x526f_7750
        case block = 0x526f_7742
    }

    private let purpose: Purpose
    private let seed: UInt64

    init(_ purpose: Purpose, seed: UInt64) {
        (self.purpose, self.seed) = (purpose, seed)
    }

    func callAsFunction(_ row: UInt64) -> UInt64 {
        var generator = Philox(seed: seed, stream: purpose.rawValue, step: row)
        return generator.next()
    }

    /// A number from 0 to less than 1.
    func uniform(_ row: UInt64) -> Double { Double(self(row) >> 11) * 0x1p-53 }
}
