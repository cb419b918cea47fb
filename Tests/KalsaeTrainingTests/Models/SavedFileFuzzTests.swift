import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// Damaged models and checkpoints: refused, or whole.
@Suite struct SavedFileFuzzTests {
    private let path = NSTemporaryDirectory() + "kalsae-fuzz-\(UUID().uuidString).safetensors"

    private func check(
        _ files: [[UInt8]], seed: UInt64, _ reader: () throws -> Void
    ) throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try checkReader(files, seed: seed, count: EnvironmentFlag.fuzz.integer) { bytes in
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            _ = try Notice.collect(reader)
        }
    }

    @Test func models() async throws {
        var recipe = Recipe(for: try NamedSet.iris.load(seed: 1))
        recipe.epochs = 1
        let outcome = try await TrainingRun(recipe, data: NamedSet.iris.load(seed: 1)).run()
        let convolution = try withSeed(1) {
            try Sequential(
                [
                    .conv2D(filters: 2, kernel: 3), .batchNorm, .maxPool2D(), .flatten,
                    .dense(units: 2),
                ],
                input: [6, 6, 1])
        }
        var files: [[UInt8]] = []
        for file in [outcome.file, ModelFile(convolution, metadata: outcome.file.metadata)] {
            try file.save(to: path)
            files.append(try FileBytes.read(path))
        }
        // The second has the classes of another network: a model, but none to predict with.
        try check(files, seed: 51) {
            let file = try ModelFile(path: path)
            #expect(file.model.tensors.allSatisfy { $0.tensor.fault == nil })
            _ = try? Predictor(path: path)
        }
    }

    @Test func checkpoints() async throws {
        let model = try withSeed(1) { try Sequential([.dense(units: 2)], input: [3]) }
        let trainer = try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.01), seed: 5)
        let x = Tensor.normal([12, 3], key: RandomKey(seed: 2))
        try await trainer.fit(
            try Dataset(x, (x.sum(axes: [1]) .> 0).cast(to: .int32)),
            FitOptions(epochs: 2, batch: 4))
        try await trainer.state.save(to: path)
        try check([FileBytes.read(path)], seed: 52) {
            let state = try TrainingState(path: path)
            #expect(state.tensors.allSatisfy { $0.tensor.fault == nil })
        }
    }
}
