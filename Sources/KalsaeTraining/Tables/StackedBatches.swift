import KalsaeData
import KalsaeSupport

/// Rows of the members' batches: every member sees its own rows in its own order, as many a step as all
/// others.
struct StackedBatches {
    /// Rows of a member's batch.
    let size: Int
    /// Steps of an epoch; rows that do not fill a batch come in another epoch.
    let steps: Int
    private var orders: [[Int32]]
    private var generators: [Philox]

    /// - Parameter rowsPerEpoch: rows that a member sees in an epoch; one with fewer sees them again.
    init(_ folds: [Folds.Fold], batch: Int, rowsPerEpoch: Int, seed: Int) {
        orders = folds.map { $0.train.map { Int32($0) } }
        size = max(1, min(batch, orders.map(\.count).min() ?? 1))
        steps = max(1, rowsPerEpoch / size)
        generators = orders.indices.map {
            Philox(
                seed: UInt64(bitPattern: Int64(seed)),
                stream: TableStream.batches &+ UInt64($0))
        }
    }

    /// Begins another epoch.
    mutating func shuffle() {
        for member in orders.indices { generators[member].shuffle(&orders[member]) }
    }

    /// Writes the rows of a step, member by member.
    func write(_ step: Int, to rows: UnsafeMutableBufferPointer<Int32>) {
        var position = 0
        for order in orders {
            for index in (step * size)..<((step + 1) * size) {
                rows[position] = order[index % order.count]
                position += 1
            }
        }
    }
}
