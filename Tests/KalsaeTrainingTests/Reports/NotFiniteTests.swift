import Foundation
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// What is not finite never becomes an answer.
@Suite struct NotFiniteTests {
    private func model() -> Sequential { withSeed(1) { Sequential(Dense(2, 2)) } }

    /// Finite inputs and weights whose products are ∞ and -∞, which make NaN.
    @Test func anOutputOfNaNNamesItsRow() throws {
        var numbers = [Float](repeating: 0, count: 5000)
        for row in [1234, 2000] { (numbers[2 * row], numbers[2 * row + 1]) = (9, -9) }
        let data = try Dataset(
            Tensor(numbers, shape: [2500, 2]), .zeros([2500], dtype: .int32))
        let large = model().mapTensors { _, tensor in Tensor.full(tensor.shape, 3e38) }
        let evaluator = try Evaluator(large, loss: .softmaxCrossEntropy, metrics: [.accuracy])
        let error = #expect(throws: KalsaeError.self) { try evaluator.evaluate(data) }
        #expect(error?.got == "NaN for row 1235")
        let again = #expect(throws: KalsaeError.self) { try evaluator.evaluate(data, batch: 7) }
        #expect(again?.got == "NaN for row 1235")
        evaluator.model = model()
        #expect(try evaluator.evaluate(data).loss.isFinite)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, -.nan])
    func aFileWithWeightsThatAreNotFiniteIsRefused(_ value: Float) throws {
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let good = try withSeed(2) {
            try Sequential([.dense(units: 4), .dense(units: 3)], input: [2])
        }
        try ModelFile(good).save(to: path)
        _ = try ModelFile(path: path)
        for name in good.tensors.map(\.path.name) {
            let bad = good.mapTensors { path, tensor in
                guard path.name == name else { return tensor }
                var numbers = [Float](repeating: 1, count: tensor.count)
                numbers[tensor.count - 1] = value
                return Tensor(numbers, shape: tensor.shape)
            }
            try ModelFile(bad).save(to: path)
            let error = #expect(throws: KalsaeError.self) { try ModelFile(path: path) }
            #expect(error?.got == "NaN or infinity in \(name)")
        }
        // The largest number is one.
        let large = good.mapTensors { _, tensor in Tensor.full(tensor.shape, 3.4028235e38) }
        try ModelFile(large).save(to: path)
        _ = try ModelFile(path: path)
    }

    @Test(arguments: [1, 2, 9]) func theLastStepDivergesAsAnyOther(steps: Int) async throws {
        let parts = try NamedSet.iris.load(seed: 1)
        var recipe = Recipe(for: parts)
        recipe.learningRate = 1e38
        recipe.steps = steps
        let error = await #expect(throws: KalsaeError.self) {
            try await TrainingRun(recipe, data: parts).run()
        }
        #expect(error?.subject == "training" && error?.expected == "a finite loss")
    }

    /// Without validation data only weights tell.
    @Test func weightsTellOfTheLastStep() async throws {
        let trainer = try Trainer(
            model(), loss: .meanSquaredError, optimizer: SGD(learningRate: 1e38))
        let data = try Dataset(.full([4, 2], 1e3), .zeros([4, 2]))
        let error = await #expect(throws: KalsaeError.self) { try await trainer.fit(data) }
        #expect(error?.description.contains("nan at step 1, in epoch 1") == true, "\(error)")
    }

    @Test func validationTellsOfTheLastStep() async throws {
        let trainer = try Trainer(
            model(), loss: .meanSquaredError, optimizer: SGD(learningRate: 1e20))
        let data = try Dataset(.full([4, 2], 1), .zeros([4, 2]))
        let error = await #expect(throws: KalsaeError.self) {
            try await trainer.fit(data, validation: data)
        }
        #expect(error?.description.contains("inf at step 1, in epoch 1") == true, "\(error)")
    }

    /// Finite weights whose products are not.
    @Test func aPredictionOfNaNNamesItsRow() throws {
        let parts = try NamedSet.iris.load(seed: 1)
        var recipe = Recipe(for: parts)
        recipe.steps = 3
        let run = try TrainingRun(recipe, data: parts)
        _ = run
        let spec = try Sequential([.dense(units: 3)], input: [4]).mapTensors { _, tensor in
            Tensor.full(tensor.shape, 3e38)
        }
        let metadata = [
            "kalsae.data": #"{"name":"iris","seed":0,"classes":["a","b","c"]}"#
        ]
        let predictor = try Predictor(ModelFile(spec, metadata: metadata))
        let error = #expect(throws: KalsaeError.self) {
            try predictor.predict(rows: [0, 0, 0, 0, 9, 9, -9, -9])
        }
        #expect(error?.got == "NaN for row 2")
    }
}
