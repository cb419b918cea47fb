import Foundation
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A step whose numbers are not finite is taken again, and the operation, the layer and the index at
/// fault are those that were put there.
@Suite struct AutopsyTests {
    private let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString)/autopsy.safetensors"

    private func remove() {
        let folder = (path as NSString).deletingLastPathComponent
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func data(_ change: (inout [Float]) -> Void = { _ in }) throws -> Dataset {
        var x = (0..<96).map { Float($0 % 13) / 6 - 1 }
        change(&x)
        let y = (0..<32).map { Int32($0 % 3) }
        return try Dataset(Tensor(x).reshaped(to: [32, 3]), Tensor(y))
    }

    private func fail(
        _ trainer: Trainer<some Layer>, _ data: Dataset,
        _ change: (inout FitOptions) -> Void = { _ in }
    ) async throws -> (message: String, report: AutopsyReport) {
        var options = FitOptions(epochs: 30, batch: 8, order: .sequential)
        options.autopsyPath = path
        change(&options)
        var message = ""
        do { try await trainer.fit(data, options) } catch { message = "\(error)" }
        let autopsy = try Autopsy(path: path)
        let report = try #require(try autopsy.examined())
        #expect(report == autopsy.report)
        return (message, report)
    }

    /// exp of logits beyond 88.7 in a layer of a network of specifications.
    @Test func anOverflowNamesOperationLayerAndIndex() async throws {
        defer { remove() }
        struct Exponential: Layer {
            var inner = Dense(3, 4)
            var output = Dense(4, 3)
            static let parts = Parts(\Self.inner, \.output)
            func callAsFunction(_ x: Tensor) -> Tensor { output((inner(x) * 400).exp()) }
        }
        let trainer = try Trainer(
            withSeed(1) { Exponential() }, loss: .softmaxCrossEntropy, optimizer: SGD())
        let (message, report) = try await fail(trainer, try data())
        #expect(report.operation == "exp" && report.value == "inf" && !report.isGradient)
        #expect(report.step == 1 && report.results.contains("loss"))
        #expect(report.layer == "inner")
        #expect(report.operands.map(\.name) == ["multiply in inner"])
        // float32's largest number is e^88.72.
        #expect(try #require(report.operands[0].greatest) > 88.7)
        #expect(Double(report.operands[0].atIndex ?? "") ?? 0 > 88.7)
        #expect(report.index.count == 2 && report.index[0] < 8 && report.index[1] < 4)
        #expect(message.contains("exp in inner") && message.contains("kalsae autopsy \(path)"))
        #expect(!message.contains("\n"))
    }

    /// The gradient of √x at 0 is infinite although the loss is finite: the step before the one that
    /// shows it.
    @Test func aGradientIsFoundBeforeItsLoss() async throws {
        defer { remove() }
        let root = Loss("root") { predictions, targets in
            (predictions - predictions).square().sqrt().sum(axes: [1]) + predictions.sum(axes: [1])
                * 0
        }
        let model = try withSeed(1) { try Sequential([.dense(units: 3)], input: [3]) }
        let trainer = try Trainer(model, loss: root, optimizer: SGD(learningRate: 0.1))
        let (message, report) = try await fail(trainer, try data())
        #expect(report.isGradient && report.step == 1, "\(report)")
        #expect(message.contains("at step 2"))
        #expect(report.layer == "loss")
        #expect(report.results.contains("dense1.weight") && !report.results.contains("loss"))
    }

    /// A rate that diverges, found in steps that are taken again behind a change of rate.
    @Test func aDivergenceIsFoundInItsStep() async throws {
        defer { remove() }
        let model = try withSeed(1) {
            try Sequential([.dense(units: 4), .dense(units: 1)], input: [3])
        }
        let trainer = try Trainer(
            model, loss: .meanSquaredError, optimizer: Adam(learningRate: 0.001))
        let x = try data().features
        let set = try Dataset(x, Tensor((0..<32).map { Float($0) }).reshaped(to: [32, 1]))
        let (message, report) = try await fail(trainer, set) { options in
            options.epochs = 200
            options.schedule = .constant(factor: 1).then(after: 40, .constant(factor: 1e13))
        }
        #expect(report.step > 40 && message.contains("at rate"))
        #expect(report.rate == 0.001 * 1e13)
        #expect(report.operation != "input", "\(report)")
        let step = try #require(message.firstMatch(of: /at step (\d+)/)?.1)
        #expect((report.step...(report.step + 1)).contains(Int(step) ?? 0))
    }

    /// Rows of a data set that hold no number are refused before; those of a source are not.
    @Test func aBatchThatIsNotFiniteIsNamed() async throws {
        defer { remove() }
        struct Spoiled: BatchSource {
            var position = BatchPosition()
            let batchesPerEpoch: Int? = 10
            mutating func next() -> Batch? {
                guard position.batch < 10 else {
                    position.beginNextEpoch()
                    return nil
                }
                position.batch += 1
                var x = [Float](repeating: 0.5, count: 12)
                if position.batch == 6 { x[7] = .nan }
                return Batch(
                    Tensor(x).reshaped(to: [4, 3]), Tensor([Int32](repeating: 1, count: 4)))
            }
        }
        let model = try withSeed(1) { try Sequential([.dense(units: 3)], input: [3]) }
        let trainer = try Trainer(model, loss: .softmaxCrossEntropy, optimizer: SGD())
        var options = FitOptions()
        options.autopsyPath = path
        await #expect(throws: KalsaeError.self) { try await trainer.fit(Spoiled(), options) }
        let report = try #require(try Autopsy(path: path).examined())
        #expect(report.operation == "input" && report.result.name == "the batch's features")
        #expect(report.index == [2, 1] && report.step == 6 && report.result.nan == 1)
    }

    /// A training that goes well has the bits of one without, and leaves no file.
    @Test func whatGoesWellIsNotTouched() async throws {
        defer { remove() }
        func weights(_ path: String?) async throws -> [[Float]] {
            let model = try withSeed(1) { try Sequential([.dense(units: 3)], input: [3]) }
            let trainer = try Trainer(model, loss: .softmaxCrossEntropy, optimizer: Adam())
            var options = FitOptions(epochs: 20, batch: 8)
            options.autopsyPath = path
            try await trainer.fit(try data(), options)
            return try await trainer.model.tensors.map { try $0.tensor.values(Float.self) }
        }
        #expect(try await weights(path) == weights(nil))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func filesThatAreNoneAreRefused() async throws {
        defer { remove() }
        let model = try withSeed(1) { try Sequential([.dense(units: 3)], input: [3]) }
        let trainer = try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: SGD(learningRate: 1e38))
        _ = try await fail(trainer, try data { $0 = $0.map { $0 * 1e30 } })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for end in stride(from: 0, to: bytes.count, by: max(bytes.count / 60, 1)) {
            try bytes.prefix(end).write(to: URL(fileURLWithPath: path))
            #expect(throws: KalsaeError.self) { try Autopsy(path: path) }
        }
        // Numbers of the header changed one by one: refused, or examined without harm.
        for offset in stride(from: 8, to: min(bytes.count, 6000), by: 37) {
            var changed = bytes
            changed[offset] = changed[offset] == 0x31 ? 0x39 : 0x31
            try changed.write(to: URL(fileURLWithPath: path))
            if let autopsy = try? Autopsy(path: path) { _ = try? autopsy.examined() }
        }
    }
}
