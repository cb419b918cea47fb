import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Batches of given sizes, one epoch of them.
private struct Sizes: BatchSource {
    var rows: [Int]
    var columns = 2
    /// Targets of a batch, where they are not as many as its rows.
    var targets: Int?
    var position = BatchPosition()
    var batchesPerEpoch: Int? { nil }

    mutating func next() -> Batch? {
        guard position.batch < rows.count else {
            position.beginNextEpoch()
            return nil
        }
        let size = rows[position.batch]
        position.batch += 1
        let x = Tensor.ones([size, columns])
        return Batch(x, .ones([targets ?? size, 1]))
    }
}

/// Sources that give what no step can be taken on: one line, and nothing is lost.
@Suite struct HostileSourceTests {
    private func trainer(metrics: [Metric] = []) throws -> Trainer<Sequential> {
        try Trainer(
            withSeed(1) { Sequential(Dense(2, 1)) }, loss: .meanSquaredError,
            optimizer: SGD(learningRate: 0.1, momentum: 0.5), metrics: metrics)
    }

    private func message(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "no error"
        } catch { return "\(error)" }
    }

    private func numbers(_ trainer: Trainer<Sequential>) async throws -> [Float] {
        try await trainer.model.tensors.flatMap { try $0.tensor.values() }
    }

    /// The mean of no rows is not a number, and its gradient would be in all weights.
    @Test func aBatchWithoutRowsIsRefusedBeforeItsStep() async throws {
        let (trainer, same) = (try trainer(), try trainer())
        let got = await message { try await trainer.fit(Sizes(rows: [4, 4, 0, 4])) }
        #expect(got.contains("expected at least one row"), "\(got)")
        #expect(got.contains("[0, 2]") && !got.contains("\n"), "\(got)")
        try await same.fit(Sizes(rows: [4, 4]))
        #expect(try await numbers(trainer) == numbers(same))
        #expect(await trainer.stepCount == 2)
        // Nothing is in the way of going on.
        try await trainer.fit(Sizes(rows: [4]))
        #expect(await trainer.stepCount == 3)
    }

    @Test func aBatchWithoutRowsIsNotMeasured() async throws {
        let trainer = try trainer(metrics: [.mae])
        for rows in [[0], [3, 0]] {
            let got = await message { _ = try await trainer.evaluate(Sizes(rows: rows)) }
            #expect(got.contains("at least one row"), "\(got)")
        }
    }

    @Test func asManyTargetsAsRowsAreWanted() async throws {
        let trainer = try trainer()
        let before = try await numbers(trainer)
        for targets in [0, 1, 3] {
            let source = Sizes(rows: [4], targets: targets)
            let got = await message { try await trainer.fit(source) }
            #expect(got.contains("expected ") && got.contains("[\(targets), 1]"), "\(got)")
            #expect(!got.contains("\n"))
        }
        #expect(try await numbers(trainer) == before)
    }

    /// A validation without batches would be told at the end of the first epoch only.
    @Test func aValidationWithoutBatchesIsRefusedBeforeTheFirstStep() async throws {
        let trainer = try trainer()
        var options = FitOptions(epochs: 2)
        options.validation = Sizes(rows: [])
        let got = await message { try await trainer.fit(Sizes(rows: [4]), options) }
        #expect(got.contains("validation: expected "), "\(got)")
        #expect(await trainer.stepCount == 0)
    }

    /// Other sizes of the batch are other plans; other sizes of its rows do not fit the model.
    @Test func aSourceMayChangeItsRowsButNotTheirSizes() async throws {
        let trainer = try trainer()
        try await trainer.fit(Sizes(rows: [1, 2, 3, 4, 2, 1, 4]))
        #expect(await trainer.stepCount == 7)
        let before = try await numbers(trainer)
        let got = await message { try await trainer.fit(Sizes(rows: [4], columns: 3)) }
        #expect(got.contains("expected ") && got.contains("[4, 3]"), "\(got)")
        #expect(try await numbers(trainer) == before)
    }
}
