import KalsaeBackend
import KalsaeTesting
import KalsaeTraining
import Synchronization
import Testing

/// Sums of micro-batches on one rank and on several, against sums by the definition.
@Suite struct SumTreeTests {
    /// The definition: the largest power of two below the count is one half.
    private static func sum(_ values: ArraySlice<Float>) -> Float {
        guard values.count > 1 else { return values.first ?? 0 }
        var half = 1
        while half * 2 < values.count { half *= 2 }
        let middle = values.startIndex + half
        return sum(values[..<middle]) + sum(values[middle...])
    }

    /// Numbers whose sum depends on their order, for each micro-batch.
    private static func vector(_ index: Int, count: Int) -> [Float] {
        (0..<count).map { position in
            let wave = Float((index * 7919 + position * 104_729) % 10_007) / 10_007 - 0.5
            return wave * (index % 3 == 0 ? 1e6 : 1)
        }
    }

    private static func expected(_ leaves: Int, count: Int) -> [Float] {
        let all = (0..<leaves).map { vector($0, count: count) }
        return (0..<count).map { position in sum(all.map { $0[position] }[...]) }
    }

    private static func add(_ index: Int, count: Int, to sums: PartialSums) throws {
        // Two parts, as tensors of a model are.
        let vector = vector(index, count: count)
        try vector.withUnsafeBytes { bytes throws in
            let cut = count / 3
            try sums.add(
                index,
                parts: [
                    (0, UnsafeRawBufferPointer(rebasing: bytes[..<(4 * cut)])),
                    (cut, UnsafeRawBufferPointer(rebasing: bytes[(4 * cut)...])),
                ])
        }
    }

    private static func numbers(_ buffer: Buffer) throws -> [Float] {
        try buffer.withHostBytes { Array($0.bindMemory(to: Float.self)) }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 31]) func oneRankSumsByTheTree(
        _ leaves: Int
    ) throws {
        let total = try Buffer(byteCount: 4 * 50)
        let sums = PartialSums(count: 50, .float32, first: total)
        // Twice, as the steps of a training are.
        for _ in 0..<2 {
            sums.removeAll()
            for index in 0..<leaves { try Self.add(index, count: 50, to: sums) }
            try sums.join()
            #expect(sums.nodes.count == 1)
            #expect(sums.buffers.first === total)
            #expect(try Self.numbers(total) == Self.expected(leaves, count: 50))
        }
        // The order counts: from left to right the bits are others.
        if leaves > 3 {
            let plain = (0..<leaves).map { Self.vector($0, count: 50) }
                .reduce([Float](repeating: 0, count: 50)) { zip($0, $1).map(+) }
            #expect(plain != Self.expected(leaves, count: 50))
        }
    }

    @Test func nodesAreAlignedAndCoverTheirRange() {
        #expect(
            SumTree.nodes(of: 2..<5).map { [$0.start, $0.level] } == [[2, 1], [4, 0]])
        #expect(
            SumTree.nodes(of: 3..<16).map { [$0.start, $0.level] } == [[3, 0], [4, 2], [8, 3]])
        #expect(SumTree.nodes(of: 4..<4).isEmpty)
        for parts in 1..<9 {
            let shares = (0..<parts).map { SumTree.share($0, of: parts, 13) }
            #expect(shares.flatMap { Array($0) } == Array(0..<13))
            #expect(shares.allSatisfy { (13 / parts...13 / parts + 1).contains($0.count) })
        }
    }

    /// Ranks, some without a micro-batch; vectors shorter than the number of ranks; several buckets.
    @Test(arguments: [
        (1, 8, 40), (2, 8, 40), (3, 8, 41), (4, 12, 40), (5, 3, 17), (4, 4, 3), (3, 7, 64),
        (4, 4, 64), (2, 2, 16),
    ])
    func allRanksHaveTheSameBits(_ ranks: Int, _ leaves: Int, _ count: Int) throws {
        let sent = Mutex<[Int]>([])
        let results = LocalGroup.run(ranks) { group in
            let total = try Buffer(byteCount: 4 * count)
            let sums = PartialSums(
                count: count, .float32, first: try Buffer(byteCount: 4 * count))
            let exchange = SumExchange(group, .float32, total: try total.hostPointer())
            var all: [[Float]] = []
            defer { sent.withLock { $0.append(exchange.bytesSent) } }
            for step in 1...3 {
                sums.removeAll()
                for index in SumTree.share(group.rank, of: group.size, leaves) {
                    try Self.add(index, count: count, to: sums)
                }
                let own = try sums.buffers.map { try $0.hostPointer() }
                exchange.begin(leaves, step)
                let cuts = step == 1 ? [0, count] : [0, count / 4, count / 4, count]
                for (start, end) in zip(cuts, cuts.dropFirst()) {
                    try exchange.start(start..<end, of: own)
                    try exchange.poll()
                }
                try exchange.finish()
                all.append(try Self.numbers(total))
            }
            return all
        }
        #expect(results.count == ranks)
        let expected = Self.expected(leaves, count: count)
        for result in results { #expect(try result.get() == [expected, expected, expected]) }
        // With a node a rank, and chunks of one size, each rank sends 2 (n - 1) / n vectors a step.
        guard leaves == ranks, count % (4 * ranks) == 0 else { return }
        let bytes = 3 * 2 * (ranks - 1) * count * 4 / ranks
        #expect(sent.withLock { $0 } == [Int](repeating: bytes, count: ranks))
    }
}
