import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Batches of rows that wait in a file.
@Suite struct StreamedBatchesTests {
    private static let rows = 30_000

    /// y = 2 a − b, and whether it is positive.
    private static let text: String = {
        var text = "a,b,y,sign\n"
        for row in 0..<rows {
            let (a, b) = (Double(row) / 10_000, Double((row * 7_919) % 10_007) / 10_007)
            let y = 2 * a - b
            text += "\(a),\(b),\(y),\(y > 2 ? "high" : "low")\n"
        }
        return text
    }()

    private func withParts(
        target: String, drop: String, _ body: (DataParts) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "kalsae-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try AtomicFile.write(Array(Self.text.utf8), to: "\(folder)/table.csv")
        var options = TableOptions()
        options.drop = [drop]
        let parts = try Notice.collect {
            try StreamedTable(
                path: "\(folder)/table.csv", target: target, options: options,
                reading: CSVOptions(), memory: 1 << 20, seed: 0
            ).parts(.standard, name: "table", mostHeld: 2_000, in: folder, seed: 0)
        }.result
        try await body(parts)
    }

    private func batches(
        _ parts: DataParts, size: Int = 64, last: LastBatch = .kept, seed: Int = 5
    ) throws -> StreamedBatches {
        try StreamedBatches(
            try #require(parts.streamed), size: size, order: .shuffled, last: last, seed: seed)
    }

    /// The inputs of an epoch, batch by batch.
    private func epoch(_ source: inout StreamedBatches) throws -> [[Float]] {
        var all: [[Float]] = []
        while let batch = try source.next() { all.append(try batch.inputs.values()) }
        return all
    }

    @Test func everyRowOnceAnEpoch() async throws {
        try await withParts(target: "y", drop: "sign") { parts in
            let streamed = try #require(parts.streamed)
            #expect(streamed.blockCounts.count > 2)
            var rows: [[Float]] = []
            for block in streamed.blockCounts.indices {
                let numbers = try streamed.block(block)
                for start in stride(from: 0, to: numbers.count, by: streamed.stride) {
                    rows.append(Array(numbers[start..<(start + streamed.width)]))
                }
            }
            rows.sort { $0.lexicographicallyPrecedes($1) }
            var source = try batches(parts)
            let count = try #require(source.batchesPerEpoch)
            let (first, second) = (try epoch(&source), try epoch(&source))
            #expect(first.count == count && second.count == count)
            #expect(first.dropLast().allSatisfy { $0.count == 64 * streamed.width })
            for epoch in [first, second] {
                let all = epoch.flatMap { $0 }
                let own = stride(from: 0, to: all.count, by: streamed.width)
                    .map { Array(all[$0..<($0 + streamed.width)]) }
                #expect(own.sorted { $0.lexicographicallyPrecedes($1) } == rows)
            }
            #expect(first != second)
            var again = try batches(parts)
            #expect(try epoch(&again) == first)
            var other = try batches(parts, seed: 6)
            #expect(try epoch(&other) != first)
            // The file's first rows, where a is small, are all over the epoch.
            let means = first.map { batch in
                stride(from: 0, to: batch.count, by: streamed.width)
                    .reduce(0.0) { $0 + Double(batch[$1]) } / 64
            }
            #expect(means.dropLast().allSatisfy { abs($0) < 0.75 })
        }
    }

    @Test func anyPositionIsFoundAgain() async throws {
        try await withParts(target: "y", drop: "sign") { parts in
            var source = try batches(parts)
            _ = try epoch(&source)
            var positions: [BatchPosition] = []
            var inputs: [[Float]] = []
            while true {
                let position = source.position
                guard let batch = try source.next() else { break }
                positions.append(position)
                inputs.append(try batch.inputs.values())
            }
            for index in stride(from: 0, to: positions.count, by: 29) {
                var other = try batches(parts)
                try other.seek(to: positions[index])
                #expect(try other.next()?.inputs.values() == inputs[index])
            }
            var smaller = try batches(parts, size: 32)
            #expect(throws: KalsaeError.self) { try smaller.seek(to: positions[3]) }
        }
    }

    @Test func lastBatches() async throws {
        try await withParts(target: "y", drop: "sign") { parts in
            let count = parts.trainCount
            let size = count / 4 - 1
            for (last, sizes) in [
                (LastBatch.kept, [size, size, size, size, count - 4 * size]),
                (.dropped, [size, size, size, size]),
                (.joined, [size, size, size, count - 3 * size]),
            ] {
                var source = try batches(parts, size: size, last: last)
                var own: [Int] = []
                while let batch = try source.next() { own.append(batch.count) }
                #expect(own == sizes, "\(last)")
            }
            #expect(throws: KalsaeError.self) {
                try StreamedBatches(
                    try #require(parts.streamed), size: 8, order: .sequential, last: .kept, seed: 0)
            }
        }
    }

    @Test func aLineIsLearned() async throws {
        try await withParts(target: "y", drop: "sign") { parts in
            var recipe = Recipe(for: parts)
            #expect(recipe.batch == 256 && recipe.epochs == 60)
            recipe.epochs = 4
            let outcome = try await TrainingRun(recipe, data: parts).run()
            #expect(outcome.steps == 4 * ((parts.trainCount + 255) / 256))
            // y is a sum of both inputs on smooth scales: a small network has it.
            #expect(try #require(outcome.test?.metrics[.r2]) > 0.95)
            #expect(try #require(outcome.train.metrics[.r2]) > 0.95)
        }
    }

    @Test func classesAreLearned() async throws {
        try await withParts(target: "sign", drop: "y") { parts in
            var recipe = Recipe(for: parts)
            recipe.epochs = 4
            recipe.classWeights = .balanced
            let outcome = try await TrainingRun(recipe, data: parts).run()
            #expect(try #require(outcome.test?.metrics[.accuracy]) > 0.95)
            let sums = try #require(parts.streamed).classSums
            #expect(sums.reduce(0, +) == Double(parts.trainCount))
            let weights = try #require(outcome.classWeights)
            let share = Double(parts.trainCount) / 2
            #expect(zip(weights, sums).allSatisfy { abs($0 * $1 - share) < 1e-6 * share })
        }
    }

    /// A training that is stopped and resumed has the bits of one that is not.
    @Test func resumedBits() async throws {
        try await withParts(target: "y", drop: "sign") { parts in
            func trainer() throws -> Trainer<Sequential> {
                let model = try withSeed(1) {
                    try Sequential(
                        [.dense(units: 8, activation: .tanh), .dense(units: 1)],
                        input: [try #require(parts.streamed).width])
                }
                return try Trainer(model, loss: .meanSquaredError, optimizer: Adam(), seed: 1)
            }
            func bits(_ trainer: Trainer<Sequential>) async throws -> [UInt32] {
                try await trainer.model.tensors.flatMap { try $0.tensor.values(Float.self) }
                    .map(\.bitPattern)
            }
            let whole = try trainer()
            try await whole.fit(try batches(parts), FitOptions(steps: 900))
            let begun = try trainer()
            try await begun.fit(try batches(parts), FitOptions(steps: 517))
            let state = try await begun.finalState
            let resumed = try trainer()
            try await resumed.fit(
                try batches(parts), FitOptions(steps: 900), resuming: state)
            #expect(try await bits(resumed) == bits(whole))
        }
    }
}
