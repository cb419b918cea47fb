import KalsaeData
import KalsaeSupport
import KalsaeTensor

/// The batches of a set in memory: a sequence for own loops, and a ``BatchSource`` for training.
///
/// ```swift
/// for epoch in 1...10 {
///     for batch in data.batches(of: 32, shuffledBy: 7, epoch: epoch) { … }
/// }
/// ```
public struct DatasetBatches: BatchSource, Sequence, IteratorProtocol {
    /// Rows in a batch; the last one of an epoch may have fewer.
    public let size: Int
    /// Which rows make a batch.
    public let order: BatchOrder
    /// The seed of the order.
    public let seed: Int
    /// What becomes of rows that do not fill a batch.
    public let last: LastBatch
    /// How many batches an epoch has.
    public let batchesPerEpoch: Int?

    private let resident: ResidentRows
    private let count: Int
    private var epoch: Int
    private var given = 0
    /// The rows of the epoch; empty before its first batch.
    private var rows: [Int32] = []

    /// The batches of a set; `batches(of:)` makes those of one epoch.
    public init(
        _ data: Dataset, size: Int, order: BatchOrder, last: LastBatch = .kept, seed: Int,
        epoch: Int = 1
    ) {
        self.size = size
        self.order = order
        self.last = last
        self.seed = seed
        self.epoch = epoch
        resident = ResidentRows(data)
        let whole = size > 0 ? StepCount.perEpoch(rows: data.count, batch: size) : 1
        let isShort = size > 0 && data.count % size != 0 && order != .withReplacement
        count = isShort && last != .kept ? Swift.max(1, whole - 1) : whole
        batchesPerEpoch = count
    }

    /// The data.
    public var data: Dataset { resident.data }

    /// The next batch; nil at the end of an epoch.
    public mutating func next() -> Batch? {
        guard given < count else {
            epoch &+= 1
            given = 0
            rows = []
            return nil
        }
        guard size > 0 else { return emptyBatch() }
        if rows.isEmpty {
            let isWhole = order == .withReplacement
            rows = order.rows(
                count: isWhole ? count * size : data.count, limit: data.count, seed: seed,
                epoch: epoch)
            data.images?.prefetch(Array(rows.dropFirst(given * size)))
        }
        let start = given * size
        given += 1
        let isJoined = given == count && last == .joined && order != .withReplacement
        let end = isJoined ? rows.count : Swift.min(start + size, rows.count)
        return Batch(resident, rows: rows[start..<end])
    }

    /// Where the next batch stands; the cursor tells number of rows, size and order.
    public var position: BatchPosition {
        get { BatchPosition(epoch: epoch, batch: given, cursor: cursor) }
        set {
            if newValue.epoch != epoch { rows = [] }
            (epoch, given) = (newValue.epoch, Swift.min(Swift.max(newValue.batch, 0), count))
        }
    }

    /// Goes to a position; throws where it is that of other data, or of batches of another size,
    /// order or seed.
    public mutating func seek(to position: BatchPosition) throws {
        try position.check(
            cursor: cursor, count: count,
            of: "\(data.count.counting("row")), \(size) a batch, \(order)")
        self.position = position
    }

    private var cursor: [Int] {
        [data.count, size, BatchOrder.allCases.firstIndex(of: order) ?? 0, seed]
    }

    /// A size below 1 is a fault of the one batch that there is.
    private mutating func emptyBatch() -> Batch {
        given += 1
        let fault = Tensor(
            KalsaeError("batches", expected: "a size of at least 1", got: "\(size)"),
            operands: [data.features])
        return Batch(fault, fault)
    }
}

/// What becomes of the rows at the end of an epoch that do not fill a batch.
public enum LastBatch: String, CaseIterable, Codable, Sendable {
    /// They are a smaller batch.
    case kept
    /// They are left out of the epoch; in another order they are others.
    case dropped
    /// They are part of the batch before.
    case joined
}

extension Dataset {
    /// The batches of an epoch in the data's order.
    ///
    /// - Parameter size: rows in a batch; the last one may have fewer.
    public func batches(of size: Int) -> DatasetBatches {
        DatasetBatches(self, size: size, order: .sequential, seed: 0)
    }

    /// The batches of an epoch, shuffled: a function of seed and epoch.
    ///
    /// - Parameters:
    ///   - size: rows in a batch; the last one may have fewer.
    ///   - seed: the seed of the order.
    ///   - epoch: each epoch has an order of its own.
    public func batches(of size: Int, shuffledBy seed: Int, epoch: Int = 1) -> DatasetBatches {
        DatasetBatches(self, size: size, order: .shuffled, seed: seed, epoch: epoch)
    }
}
