import KalsaeData
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The batches of rows that wait in a file: its blocks in random order, and the rows of each shuffled,
/// both a function of seed and epoch.
package struct StreamedBatches: BatchSource {
    /// Rows in a batch; the last one of an epoch may have fewer.
    package let size: Int
    package let batchesPerEpoch: Int?

    private let rows: StreamedRows
    private let last: LastBatch
    private let seed: Int
    /// What rows of each class count; none where all count alike.
    private let classWeights: [Double]
    private let count: Int

    private var epoch = 1
    private var given = 0
    /// The block that batches are taken from; nil before the first batch of a position.
    private var block: Block?

    /// Rows in the order in which they are given.
    private struct Block {
        /// Where it stands in the epoch.
        var turn: Int
        var numbers: [Float]
        var order: [Int32]
        /// How many were given.
        var given: Int
    }

    /// - Throws: a `KalsaeError` for an order that is not `shuffled`.
    package init(
        _ rows: StreamedRows, size: Int, order: BatchOrder, last: LastBatch, seed: Int,
        classWeights: [Double] = []
    ) throws(KalsaeError) {
        guard order == .shuffled else {
            throw KalsaeError(
                "--order", expected: "shuffled, for rows that are streamed",
                got: order.rawValue, advice: "raise --memory so that the table fits")
        }
        (self.rows, self.size, self.last, self.seed) = (rows, max(1, size), last, seed)
        self.classWeights = classWeights
        let whole = StepCount.perEpoch(rows: rows.count, batch: self.size)
        // One row alone is no batch that every network takes.
        let rest = rows.count % self.size
        let isShort = rest != 0 && whole > 1 && (last != .kept || rest == 1)
        count = isShort ? whole - 1 : whole
        batchesPerEpoch = count
    }

    package mutating func next() throws -> Batch? {
        guard given < count else {
            epoch &+= 1
            (given, block) = (0, nil)
            return nil
        }
        let start = given * size
        let isLast = given + 1 == count
        let end = isLast && last != .dropped ? rows.count : min(start + size, rows.count)
        if block == nil { try find(start) }
        given += 1
        return try batch(end - start)
    }

    private mutating func batch(_ wanted: Int) throws -> Batch {
        let (stride, width) = (rows.stride, rows.width)
        var inputs: [Float] = []
        var targets: [Float] = []
        var weights: [Float] = []
        inputs.reserveCapacity(wanted * width)
        while targets.count < wanted {
            guard var own = block else { break }
            // The block is changed where it is.
            block = nil
            let more = min(wanted - targets.count, own.order.count - own.given)
            for row in own.order[own.given..<(own.given + more)] {
                let base = Int(row) * stride
                inputs += own.numbers[base..<(base + width)]
                targets.append(own.numbers[base + width])
                if rows.hasWeights { weights.append(own.numbers[base + width + 1]) }
            }
            own.given += more
            if own.given == own.order.count, targets.count < wanted {
                let turn = own.turn + 1
                own.numbers = []
                try load(turn)
            } else {
                block = own
            }
        }
        return tensors(inputs, targets, weights)
    }

    private func tensors(_ inputs: [Float], _ targets: [Float], _ weights: [Float]) -> Batch {
        let x = Tensor(inputs, shape: [targets.count, rows.width])
        guard case .classes = rows.targets else {
            return Batch(
                x, Tensor(targets, shape: [targets.count, 1]),
                weights: rows.hasWeights ? Tensor(weights) : nil)
        }
        let labels = targets.map { Int32(bitPattern: $0.bitPattern) }
        var counts = weights
        if !classWeights.isEmpty {
            let own = rows.hasWeights ? weights : labels.map { _ in 1 }
            counts = zip(labels, own).map { Float(classWeights[Int($0)] * Double($1)) }
        }
        return Batch(x, Tensor(labels), weights: counts.isEmpty ? nil : Tensor(counts))
    }

    /// The blocks in the order of the epoch.
    private var order: [Int] {
        var blocks = Array(rows.blockCounts.indices)
        var random = generator(Self.blockStream, step: UInt64(bitPattern: Int64(epoch)))
        random.shuffle(&blocks)
        return blocks
    }

    /// Goes to a row of the epoch.
    private mutating func find(_ row: Int) throws {
        var (turn, rest) = (0, row)
        let order = order
        while turn + 1 < order.count, rest >= rows.blockCounts[order[turn]] {
            rest -= rows.blockCounts[order[turn]]
            turn += 1
        }
        try load(turn)
        block?.given = rest
    }

    private mutating func load(_ turn: Int) throws {
        let order = order
        guard turn < order.count else {
            block = nil
            return
        }
        let index = order[turn]
        var own = Array(0..<Int32(rows.blockCounts[index]))
        let step = UInt64(bitPattern: Int64(epoch)) &* UInt64(order.count) &+ UInt64(index)
        var random = generator(Self.rowStream, step: step)
        random.shuffle(&own)
        block = Block(turn: turn, numbers: try rows.block(index), order: own, given: 0)
        if turn + 1 < order.count { rows.willRead(order[turn + 1]) }
    }

    private func generator(_ stream: UInt64, step: UInt64) -> Philox {
        Philox(seed: UInt64(bitPattern: Int64(seed)), stream: stream, step: step)
    }

    private static let blockStream: UInt64 = 0x626c_6f63
    private static let rowStream: UInt64 = 0x7372_6f77

    package var position: BatchPosition {
        get { BatchPosition(epoch: epoch, batch: given, cursor: cursor) }
        set {
            guard newValue.epoch != epoch || newValue.batch != given else { return }
            (epoch, given) = (newValue.epoch, min(max(newValue.batch, 0), count))
            block = nil
        }
    }

    package mutating func seek(to position: BatchPosition) throws {
        try position.check(
            cursor: cursor, count: count, of: "\(rows.count) streamed rows, \(size) a batch")
        self.position = position
    }

    private var cursor: [Int] { [rows.count, size, rows.blockCounts.count, seed] }
}
