import KalsaeSupport

/// Batches one after the other, with a position that can be saved and set again.
///
/// A set in memory is one (``DatasetBatches``); so may be a file that is read in chunks, or a
/// generator:
///
/// ```swift
/// struct Waves: BatchSource {
///     var position = BatchPosition()
///     let batchesPerEpoch: Int? = 100
///
///     mutating func next() -> Batch? {
///         guard position.batch < 100 else {
///             position.beginNextEpoch()
///             return nil
///         }
///         position.batch += 1
///         let x = Tensor.randn([32, 1], seed: position.epoch * 100 + position.batch)
///         return Batch(x, (x * 3).sin())
///     }
/// }
/// ```
///
/// What a batch has must depend on the position alone, so that a training which was stopped and
/// resumed sees the same batches.
public protocol BatchSource: Sendable {
    /// Where the source stands.
    var position: BatchPosition { get set }

    /// How many batches an epoch has; nil where that is not known before its end, or where there is
    /// no end.
    var batchesPerEpoch: Int? { get }

    /// The next batch; nil at the end of an epoch, behind which the position is the start of the
    /// next one.
    mutating func next() throws -> Batch?

    /// Goes to a position that the source had, or to the start of an epoch.
    ///
    /// - Throws: a `KalsaeError` where the source cannot go there.
    mutating func seek(to position: BatchPosition) throws
}

extension BatchSource {
    /// Sets the position.
    public mutating func seek(to position: BatchPosition) throws { self.position = position }
}

/// Where a source of batches stands: plain data that can be saved.
public struct BatchPosition: Codable, Sendable, Equatable {
    /// The epoch, counted from 1.
    public var epoch: Int
    /// How many batches of the epoch were given.
    public var batch: Int
    /// What the source needs besides, as the byte in a file.
    public var cursor: [Int]

    /// A position, by default the start of the first epoch.
    public init(epoch: Int = 1, batch: Int = 0, cursor: [Int] = []) {
        self.epoch = epoch
        self.batch = batch
        self.cursor = cursor
    }

    /// Moves to the start of the next epoch.
    public mutating func beginNextEpoch() { self = BatchPosition(epoch: epoch &+ 1) }

    /// Throws where it is no position of a source.
    ///
    /// - Parameters:
    ///   - cursor: the cursor of the source.
    ///   - count: its batches of an epoch.
    ///   - source: what the source is, in words.
    func check(cursor own: [Int], count: Int, of source: String) throws(KalsaeError) {
        guard cursor.isEmpty || cursor == own, (0...count).contains(batch), epoch >= 1 else {
            throw KalsaeError(
                "batches", expected: "a position in \(source)",
                got: "one of other data, size, order or seed",
                advice: "resume with the data and the options that the training began with")
        }
    }

    /// Where it is, in words.
    var text: String { "epoch \(epoch), batch \(batch)" }
}
