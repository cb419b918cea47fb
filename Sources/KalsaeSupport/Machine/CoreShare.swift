/// Which part of its cores a process uses that was launched with others on its host.
public struct CoreShare: Equatable, Sendable {
    /// The part of its affinity mask, above 0 and at most 1: 1/2 where another process has the same.
    public let ofMask: Double
    /// The part of its control group's quota.
    public let ofQuota: Double

    /// All of them, as of a process of its own.
    public static let all = CoreShare(ofMask: 1, ofQuota: 1)

    private init(ofMask: Double, ofQuota: Double) {
        (self.ofMask, self.ofQuota) = (ofMask, ofQuota)
    }

    /// The share of one of the processes of a host: of each core, as much as of the others that may
    /// run on it too, and of the quota as much as of all.
    ///
    /// - Parameters:
    ///   - index: the process.
    ///   - masks: the affinity masks of all, in hexadecimal digits; an empty one has all cores.
    public init(of index: Int, masks: [String]) {
        guard masks.count > 1, masks.indices.contains(index) else {
            self = .all
            return
        }
        let length = max(1, masks.map(\.count).max() ?? 0)
        let digits = masks.map { mask -> [Int] in
            guard !mask.isEmpty else { return [Int](repeating: 15, count: length) }
            let values = mask.map { $0.hexDigitValue ?? 0 }
            return [Int](repeating: 0, count: length - values.count) + values
        }
        var (cores, parts) = (0, 0.0)
        for (position, digit) in digits[index].enumerated() {
            for bit in 0..<4 where digit >> bit & 1 == 1 {
                cores += 1
                parts += 1 / Double(digits.count { $0[position] >> bit & 1 == 1 })
            }
        }
        self.init(
            ofMask: cores > 0 ? parts / Double(cores) : 1 / Double(masks.count),
            ofQuota: 1 / Double(masks.count))
    }

    /// How many threads use the share up: whole cores of the mask, or of the quota rounded up.
    package func count(mask cores: Int, quota: Double?) -> Int {
        // Sums of thirds are a little below the whole.
        let ofCores = Int((Double(cores) * ofMask + 1e-6).rounded(.down))
        return max(1, min(ofCores, quota.map { Cores.whole($0 * ofQuota) } ?? .max))
    }
}
