import KalsaeBackend
import KalsaeDistributed
import KalsaeGraph
import KalsaeSupport

/// Sums the vectors of all ranks' micro-batches: each rank sums one chunk, in the order of
/// ``SumTree``, and sends it to the others.
///
/// A vector goes in buckets, which are exchanged as soon as they are ready, and all ranks begin them
/// in the same order. Per step a rank sends its nodes once and its chunk to each other rank: with `n`
/// ranks of one node each 2 (n - 1) / n vectors, as little as any way of summing takes.
package final class SumExchange {
    private let group: any ProcessGroup
    private let dtype: DType
    /// Where the sums go: of all ranks the same vector.
    private let total: UnsafeMutableRawPointer
    /// The nodes of all ranks in order, and who has them.
    private var nodes: [(node: SumTree.Node, rank: Int)] = []
    private var additions: [(into: Int, from: Int)] = []
    private var buckets: [Bucket] = []
    /// Where the chunks of other ranks' nodes come in, kept from step to step.
    private var scratch: [UnsafeMutableRawBufferPointer] = []
    private var used = 0
    /// Bytes that went out, to account for them.
    package private(set) var bytesSent = 0
    /// Seconds in ``finish()``: what is not hidden behind the computation.
    package private(set) var secondsWaited = 0.0
    /// Whether messages of a step may be on their way.
    private(set) var isExchanging = false
    private var step = 0

    private struct Bucket {
        var range: Range<Int>
        /// Where this rank's chunk of each node is.
        var chunks: [UnsafeMutableRawPointer]
        var incoming: [any Message]
        var outgoing: [any Message]
        var results: [any Message]
        var isSummed = false
    }

    /// - Parameter total: memory for the sums, of no node's.
    package init(_ group: any ProcessGroup, _ dtype: DType, total: UnsafeMutableRawPointer) {
        (self.group, self.dtype, self.total) = (group, dtype, total)
    }

    deinit {
        // After an error messages may still be on their way: then the memory stays.
        if !isExchanging { for memory in scratch { memory.deallocate() } }
    }

    /// Begins the sums of a step.
    ///
    /// - Parameters:
    ///   - count: the micro-batches of all ranks.
    ///   - step: the number of the step, for messages.
    package func begin(_ count: Int, _ step: Int) {
        self.step = step
        isExchanging = true
        used = 0
        buckets.removeAll(keepingCapacity: true)
        nodes = (0..<group.size).flatMap { rank in
            SumTree.nodes(of: SumTree.share(rank, of: group.size, count)).map { ($0, rank) }
        }
        additions = SumTree.additions(for: nodes.map(\.node))
    }

    /// Begins to exchange a range of the vector, which is ready in all nodes of this rank.
    ///
    /// - Parameter own: where the vectors of this rank's nodes begin, in order.
    package func start(
        _ range: Range<Int>, of own: [UnsafeMutableRawPointer]
    ) throws(KalsaeError) {
        let tag = Self.tag(buckets.count)
        var bucket = Bucket(range: range, chunks: [], incoming: [], outgoing: [], results: [])
        for other in 0..<group.size where other != group.rank {
            let chunk = chunk(of: other, range)
            bucket.results.append(
                try group.receive(
                    into: UnsafeMutableRawBufferPointer(
                        start: total + chunk.lowerBound, count: chunk.count),
                    from: other, tag: tag.result))
            for memory in own {
                let bytes = UnsafeRawBufferPointer(
                    start: memory + chunk.lowerBound, count: chunk.count)
                bucket.outgoing.append(try group.send(bytes, to: other, tag: tag.nodes))
                bytesSent += bytes.count
            }
        }
        let chunk = chunk(of: group.rank, range)
        var position = 0
        for (_, rank) in nodes {
            if rank == group.rank {
                bucket.chunks.append(own[position] + chunk.lowerBound)
                position += 1
            } else {
                let memory = scratch(chunk.count)
                bucket.incoming.append(try group.receive(into: memory, from: rank, tag: tag.nodes))
                if let start = memory.baseAddress { bucket.chunks.append(start) }
            }
        }
        buckets.append(bucket)
    }

    /// Sums what has come in, and sends it on; waits for nothing.
    package func poll() throws(KalsaeError) {
        for index in buckets.indices where !buckets[index].isSummed {
            for message in buckets[index].incoming where try !message.isDone() { return }
            try sum(index)
        }
    }

    /// Waits until all sums are there, and the memory of the nodes is free again.
    package func finish() throws(KalsaeError) {
        let start = ContinuousClock.now
        defer { secondsWaited += start.duration(to: .now).seconds }
        for index in buckets.indices where !buckets[index].isSummed {
            try group.wait(buckets[index].incoming, doing: "the sums of step \(step)")
            try sum(index)
        }
        for bucket in buckets {
            try group.wait(
                bucket.results + bucket.outgoing, doing: "the sums of step \(step)")
        }
        isExchanging = false
    }

    private func sum(_ index: Int) throws(KalsaeError) {
        buckets[index].isSummed = true
        let bucket = buckets[index]
        let chunk = chunk(of: group.rank, bucket.range)
        for (into, from) in additions {
            let bytes = UnsafeRawBufferPointer(start: bucket.chunks[from], count: chunk.count)
            PartialSums.add(bytes, to: bucket.chunks[into], dtype)
        }
        guard let first = bucket.chunks.first else { return }
        let own = total + chunk.lowerBound
        own.copyMemory(from: first, byteCount: chunk.count)
        let bytes = UnsafeRawBufferPointer(start: own, count: chunk.count)
        for other in 0..<group.size where other != group.rank {
            buckets[index].outgoing.append(
                try group.send(bytes, to: other, tag: Self.tag(index).result))
            bytesSent += bytes.count
        }
    }

    /// The bytes of a range that a rank sums.
    private func chunk(of rank: Int, _ range: Range<Int>) -> Range<Int> {
        let share = SumTree.share(rank, of: group.size, range.count)
        let size = dtype.byteSize
        return (range.lowerBound + share.lowerBound) * size..<(range.lowerBound + share.upperBound)
            * size
    }

    private func scratch(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        if used == scratch.count {
            scratch.append(.allocate(byteCount: max(byteCount, 64), alignment: 64))
        } else if scratch[used].count < byteCount {
            scratch[used].deallocate()
            scratch[used] = .allocate(byteCount: byteCount, alignment: 64)
        }
        used += 1
        return UnsafeMutableRawBufferPointer(rebasing: scratch[used - 1][..<byteCount])
    }

    /// The tags of a bucket: those of the nodes, and of the sums. Buckets begin, and are summed, in the
    /// same order on all ranks, so that distant ones may share tags.
    private static func tag(_ bucket: Int) -> (nodes: Int, result: Int) {
        (1_000 + 2 * (bucket % 4096), 1_001 + 2 * (bucket % 4096))
    }
}
