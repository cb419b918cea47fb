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

    @Test func tableStates() throws {
        var random = Philox(seed: 3, stream: 1)
        let features = (0..<60).map { _ in Float(random.next(below: 100)) / 50 - 1 }
        let data = try LabeledData(
            features: .floats(features), featureShape: [3],
            targets: .values(
                (0..<20).map { features[3 * $0] }, scale: TargetScale(mean: 0, deviation: 1))
        )
        let learner = TableLearner(effort: .quick, seed: 2)
        // In the second candidate, so that the file has one that is over.
        var files: [[UInt8]] = []
        var names: Set<String> = []
        _ = try learner.run(
            data,
            onEpoch: { epoch in
                names.insert(epoch.candidate)
                if names.count == 2 { throw TrainingStop("enough") }
            },
            onState: { state in
                guard names.count == 1 || files.isEmpty else { return }
                try state().save(to: path)
                files = [try FileBytes.read(path)]
            })
        #expect(files.count == 1)
        try check(files, seed: 53) {
            let state = try TableState(path: path)
            #expect(state.epochs >= 0)
            // Of another learning it is refused; of this one it goes on for an epoch.
            var count = 0
            _ = try learner.run(
                data, resuming: state,
                onEpoch: { _ in
                    count += 1
                    throw TrainingStop("enough")
                })
            #expect(count <= 1)
        }
    }

    @Test func modelsOfText() throws {
        var files: [[UInt8]] = []
        for tokens in [TokenChoice.characters, .words(most: 6)] {
            let text = try TextData(
                String(repeating: "a cat and a dog ", count: 6), name: "t", tokens: tokens,
                fractions: Split.Fractions(validation: 0.3, test: 0))
            let count = text.tokens.count
            var recipe = Recipe(for: text)
            recipe.network = .layers(
                [.embedding(vocabulary: count, size: 2), .dense(units: count)], name: "own")
            let model = try TextRun(recipe, data: text, context: 2).model
            try TextModel.file(model, tokens: text.tokens, context: 2, data: "t", seed: 0)
                .save(to: path)
            files.append(try FileBytes.read(path))
        }
        try check(files, seed: 54) {
            let model = try TextModel(path: path)
            let numbers = model.tokens.encode("a cat")
            #expect(numbers.allSatisfy { (0..<Int32(model.tokens.count)).contains($0) })
            _ = try? model.text(after: "a cat", count: 3)
        }
    }

    @Test func autopsies() async throws {
        let model = try withSeed(1) { try Sequential([.dense(units: 2)], input: [3]) }
        let trainer = try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: SGD(learningRate: 1e38))
        let x = Tensor.normal([8, 3], key: RandomKey(seed: 2)) * 1e30
        var options = FitOptions(epochs: 20, batch: 4)
        options.autopsyPath = path
        let data = try Dataset(x, Tensor([0, 1, 0, 1, 0, 1, 0, 1] as [Int32]))
        await #expect(throws: KalsaeError.self) { try await trainer.fit(data, options) }
        try check([FileBytes.read(path)], seed: 55) {
            let report = try Autopsy(path: path).examined()
            #expect(report?.description.isEmpty != true)
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
