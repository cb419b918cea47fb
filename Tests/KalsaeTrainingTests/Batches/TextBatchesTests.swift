import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

@Suite struct TextBatchesTests {
    private let tokens = (0..<50).map { Int32($0) }

    /// The first tokens of the windows of an epoch.
    private func starts(_ source: inout TextBatches) throws -> [Int32] {
        var starts: [Int32] = []
        while let batch = source.next() {
            let inputs = try batch.inputs.values(Int32.self)
            let targets = try batch.targets.values(Int32.self)
            #expect(batch.inputs.shape == batch.targets.shape)
            #expect(targets == inputs.map { $0 + 1 })
            for row in 0..<batch.count {
                let window = inputs[(row * source.context)..<((row + 1) * source.context)]
                #expect(Array(window) == (0..<7).map { inputs[row * 7] + $0 })
                starts.append(inputs[row * 7])
            }
        }
        return starts
    }

    @Test func everyTokenIsSeenOnceInWindowsThatBeginElsewhereEachEpoch() throws {
        // Of 50 tokens 49 have one behind them: six windows of 7 that begin at 0 to 6.
        var source = try TextBatches(tokens, context: 7, size: 4, seed: 3)
        #expect(source.batchesPerEpoch == 2)
        var firsts: Set<Int32> = []
        for _ in 0..<60 {
            let starts = try starts(&source)
            let sorted = starts.sorted()
            #expect(sorted == (0..<6).map { sorted[0] + 7 * $0 } && sorted[0] < 7)
            firsts.insert(sorted[0])
        }
        // Of seven, each left out with probability (6/7)^60 = 1e-4.
        #expect(firsts.count == 7)
    }

    @Test func inOrderAllOfThemAreGiven() throws {
        var source = try TextBatches(tokens, context: 7, size: 4, order: .sequential)
        #expect(try starts(&source) == [0, 7, 14, 21, 28, 35, 42])
        #expect(try starts(&source).count == 7)
        var dropped = try TextBatches(
            tokens, context: 7, size: 4, order: .sequential, last: .dropped)
        #expect(try starts(&dropped).count == 4)
        var joined = try TextBatches(
            tokens, context: 7, size: 4, order: .sequential, last: .joined)
        #expect(joined.batchesPerEpoch == 1)
        #expect(try starts(&joined).count == 7)
    }

    @Test func aTextOfOneWindowIsEnough() throws {
        for count in [8, 9, 13, 14, 15] {
            var source = try TextBatches(Array(tokens.prefix(count)), context: 7, size: 4, seed: 1)
            for _ in 0..<5 { #expect(try starts(&source).count == max(1, (count - 7) / 7)) }
        }
        var drawn = try TextBatches(tokens, context: 7, size: 4, order: .withReplacement)
        #expect(try starts(&drawn).allSatisfy { (0..<43).contains($0) })
    }

    @Test(arguments: [BatchOrder.shuffled, .sequential, .withReplacement])
    func goesOnFromAPosition(order: BatchOrder) throws {
        var source = try TextBatches(tokens, context: 3, size: 4, order: order, seed: 9)
        var batches: [[Int32]] = []
        var positions: [BatchPosition] = []
        for _ in 0..<12 {
            positions.append(source.position)
            batches.append(try source.next()?.inputs.values(Int32.self) ?? [])
        }
        for (index, position) in positions.enumerated() {
            var other = try TextBatches(tokens, context: 3, size: 4, order: order, seed: 9)
            try other.seek(to: position)
            for next in batches[index...] {
                #expect(try other.next()?.inputs.values(Int32.self) ?? [] == next)
            }
        }
        var other = try TextBatches(tokens, context: 4, size: 4, order: order, seed: 9)
        #expect(message { try other.seek(to: positions[3]) }.contains("one of other data"))
    }

    @Test func whatFitsNoWindowIsRefused() {
        #expect(
            message { _ = try TextBatches(tokens, context: 50, size: 1) }.contains(
                "context 50, batch 1, 50 tokens"))
        #expect(message { _ = try TextBatches(tokens, context: 0, size: 1) }.contains("context 0"))
    }

    /// The error of what fails.
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return (error as? KalsaeError)?.description ?? "\(error)" }
    }
}
