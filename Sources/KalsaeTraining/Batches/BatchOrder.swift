import KalsaeSupport

/// Which rows make the batches of an epoch.
public enum BatchOrder: String, CaseIterable, Codable, Sendable {
    /// Every row once, shuffled anew each epoch.
    case shuffled
    /// Every row once, in the data's order.
    case sequential
    /// Every batch drawn from all rows, as in 'Deep Learning from Scratch'.
    case withReplacement

    /// The rows of an epoch, one batch behind the other: a function of seed and epoch.
    ///
    /// - Parameters:
    ///   - count: how many rows the epoch has; more than the data's only with replacement.
    ///   - limit: how many rows the data have.
    func rows(count: Int, limit: Int, seed: Int, epoch: Int) -> [Int32] {
        let seed = UInt64(bitPattern: Int64(seed))
        var random = Philox(
            seed: seed, stream: BatchOrder.stream, step: UInt64(bitPattern: Int64(epoch)))
        switch self {
        case .sequential: return (0..<Int32(count)).map { $0 }
        case .shuffled:
            var rows = (0..<Int32(count)).map { $0 }
            random.shuffle(&rows)
            return rows
        case .withReplacement:
            return (0..<count).map { _ in Int32(random.next(below: limit)) }
        }
    }

    /// Apart from the streams that layers draw from.
    private static let stream: UInt64 = 0x6f72_6465
}
