import KalsaeData
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Batches of windows of a text: inputs `[rows, context]`, and as targets for each position the token
/// behind it, `[rows, context]`.
///
/// Shuffled, an epoch has the windows that follow one another from a first token that is drawn anew for
/// each epoch, in random order: every token is seen once, but for less than a window at both ends.
/// Order and first token are functions of seed and epoch.
///
/// ```swift
/// let source = try TextBatches(text.train, context: 64, size: 16, seed: 1)
/// try await trainer.fit(source, options)
/// ```
public struct TextBatches: BatchSource {
    /// Tokens of a window.
    public let context: Int
    /// Windows in a batch; the last one of an epoch may have fewer.
    public let size: Int
    /// Which windows make a batch.
    public let order: BatchOrder
    /// The seed of the order.
    public let seed: Int
    /// How many batches an epoch has.
    public let batchesPerEpoch: Int?

    private let tokens: [Int32]
    /// Windows of an epoch.
    private let windows: Int
    private let count: Int
    private var epoch = 1
    private var given = 0
    /// Where the windows of the epoch start; empty before its first batch.
    private var starts: [Int32] = []

    /// Windows of the numbers of tokens.
    ///
    /// - Parameters:
    ///   - tokens: more than `context` of them.
    ///   - context: how many tokens a window has.
    ///   - size: windows in a batch.
    ///   - order: `sequential` gives all windows from the first token on, `withReplacement` windows
    ///     that begin anywhere.
    ///   - last: what becomes of windows that do not fill a batch.
    ///   - seed: the seed of the order.
    /// - Throws: a `KalsaeError` where not even one window fits, with a token behind it.
    public init(
        _ tokens: [Int32], context: Int, size: Int, order: BatchOrder = .shuffled,
        last: LastBatch = .kept, seed: Int = 0
    ) throws(KalsaeError) {
        guard context >= 1, size >= 1, tokens.count > context, tokens.count <= Int32.max else {
            throw KalsaeError(
                "text",
                expected: "a context and a batch of at least 1, and more tokens than context",
                got: "context \(context), batch \(size), \(tokens.count.counting("token"))",
                advice: "give a longer text, or a shorter context (--context)")
        }
        (self.tokens, self.context, self.size) = (tokens, context, size)
        (self.order, self.seed) = (order, seed)
        let all = (tokens.count - 1) / context
        // One window less, so that the first one may begin anywhere in the first window.
        windows = order == .shuffled ? max(1, (tokens.count - context) / context) : all
        let whole = StepCount.perEpoch(rows: windows, batch: size)
        let isShort = windows % size != 0 && whole > 1 && last != .kept
        count = isShort ? whole - 1 : whole
        isJoined = last == .joined
        batchesPerEpoch = count
    }

    private let isJoined: Bool

    /// The next batch; nil at the end of an epoch.
    public mutating func next() -> Batch? {
        guard given < count else {
            epoch &+= 1
            (given, starts) = (0, [])
            return nil
        }
        if starts.isEmpty { starts = drawn() }
        let first = given * size
        given += 1
        let isLast = given == count && isJoined
        return batch(starts[first..<(isLast ? starts.count : min(first + size, starts.count))])
    }

    private func batch(_ starts: ArraySlice<Int32>) -> Batch {
        func rows(_ shift: Int) -> Tensor {
            var numbers: [Int32] = []
            numbers.reserveCapacity(starts.count * context)
            for start in starts {
                numbers += tokens[(Int(start) + shift)..<(Int(start) + shift + context)]
            }
            return Tensor(numbers, shape: [starts.count, context])
        }
        return Batch(rows(0), rows(1))
    }

    /// Where the windows of the epoch start.
    private func drawn() -> [Int32] {
        var random = Philox(
            seed: UInt64(bitPattern: Int64(seed)), stream: Self.stream,
            step: UInt64(bitPattern: Int64(epoch)))
        switch order {
        case .sequential: return (0..<windows).map { Int32($0 * context) }
        case .withReplacement:
            return (0..<windows).map { _ in
                Int32(random.next(below: tokens.count - context))
            }
        case .shuffled:
            let free = tokens.count - windows * context
            let first = random.next(below: min(context, free))
            var starts = (0..<windows).map { Int32(first + $0 * context) }
            random.shuffle(&starts)
            return starts
        }
    }

    private static let stream: UInt64 = 0x7465_7874

    /// Where the next batch stands.
    public var position: BatchPosition {
        get { BatchPosition(epoch: epoch, batch: given, cursor: cursor) }
        set {
            if newValue.epoch != epoch { starts = [] }
            (epoch, given) = (newValue.epoch, min(max(newValue.batch, 0), count))
        }
    }

    /// Goes to a position; throws where it is that of another text, or of batches of another context,
    /// size, order or seed.
    public mutating func seek(to position: BatchPosition) throws {
        try position.check(
            cursor: cursor, count: count,
            of: "\(tokens.count.counting("token")), \(size) windows of \(context) a batch, \(order)"
        )
        self.position = position
    }

    private var cursor: [Int] {
        [tokens.count, context, size, BatchOrder.allCases.firstIndex(of: order) ?? 0, seed]
    }
}
