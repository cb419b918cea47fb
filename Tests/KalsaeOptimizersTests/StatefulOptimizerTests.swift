import Foundation
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A loop of one's own takes the steps of the trainer, and what was saved goes on as if it had
/// never stopped.
@Suite struct StatefulOptimizerTests {
    static let optimizers: [(name: String, optimizer: any Optimizer)] =
        optimizersByName + [
            ("clipped", ClippedByGlobalNorm(Lion(), limit: 1)),
            ("clipped by value", ClippedByValue(Adam(), limit: 0.1)),
            ("decayed", WeightDecayed(SGD(), decay: 0.1, style: .decoupled)),
            ("averaged", ExponentialMovingAverage(Adam())),
            ("stochastic average", StochasticWeightAverage(SGD(), start: 3, every: 2)),
            ("accumulated", GradientAccumulation(AdamW(), count: 4)),
            ("groups", ParameterGroups(Adam(), [.rate("dense2.*", times: 0.1)])),
            ("frozen", ParameterGroups(SGD(momentum: 0.9), [.frozen("dense1.weight")])),
        ]

    private func network() throws -> Sequential {
        try withSeed(4) {
            try Sequential(
                [
                    .dense(units: 8, activation: .tanh), .batchNorm, .dropout(rate: 0.25),
                    .dense(units: 3),
                ], input: [5])
        }
    }

    private func data() throws -> Dataset {
        try Dataset(.normal([24, 5], key: RandomKey(seed: 9)), Tensor.arange(24) % 3)
    }

    private func numbers(_ model: some TensorTree) throws -> [[Float]] {
        try model.tensors.map { try $0.tensor.values() }
    }

    /// Steps on rows 0 ..< 8, 8 ..< 16, 16 ..< 24, in this order.
    private func steps(
        _ count: Int, from first: Int = 0, _ model: inout Sequential,
        _ optimizer: inout StatefulOptimizer, on data: Dataset? = nil
    ) throws -> [Double] {
        let data = try data ?? self.data()
        return try (first..<(first + count)).map { number in
            let rows = Tensor((0..<8).map { Int32(number % 3 * 8 + $0) })
            return try optimizer.step(&model, seed: 7) { model in
                Loss.softmaxCrossEntropy(
                    model(data.inputs(at: rows)), data.targets.gathered(at: rows))
            }
        }
    }

    @Test(arguments: optimizers.indices) func stepsAreThoseOfTheTrainer(index: Int) async throws {
        let rule = Self.optimizers[index].optimizer
        let trainer = try Trainer(network(), loss: .softmaxCrossEntropy, optimizer: rule, seed: 7)
        let history = try await trainer.fit(data(), epochs: 2, batch: 8, order: .sequential)
        var model = try network()
        var optimizer = try StatefulOptimizer(rule, for: model)
        let losses = try steps(6, &model, &optimizer)
        #expect(try await numbers(model) == numbers(trainer.model))
        #expect(try await numbers(optimizer.averaged(model)) == numbers(trainer.averagedModel))
        #expect(history.epochs[0].loss == (losses[0] + losses[1] + losses[2]) / 3)
        #expect(try numbers(model) != numbers(network()))
        #expect(optimizer.stepCount == 6)
    }

    @Test(arguments: optimizers.indices) func aSavedStateGoesOnBitForBit(index: Int) throws {
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString)"
        defer {
            for end in [".model", ".optimizer"] {
                try? FileManager.default.removeItem(atPath: path + end)
            }
        }
        let rule = Self.optimizers[index].optimizer
        var model = try network()
        var optimizer = try StatefulOptimizer(rule, for: model)
        _ = try steps(5, &model, &optimizer)
        try Weights.save(model, to: path + ".model")
        try optimizer.save(to: path + ".optimizer")
        let losses = try steps(4, from: 5, &model, &optimizer)

        var later = try Weights.load(path + ".model", into: network())
        var restored = try StatefulOptimizer(rule, for: later)
        try restored.load(from: path + ".optimizer")
        #expect(restored.stepCount == 5)
        #expect(try steps(4, from: 5, &later, &restored) == losses)
        #expect(try numbers(later) == numbers(model))
        #expect(try numbers(restored.state) == numbers(optimizer.state))
    }

    @Test(arguments: optimizers.indices) func compiledStepsAreThoseOfTheLoop(index: Int) throws {
        var model = try network()
        var optimizer = try StatefulOptimizer(Self.optimizers[index].optimizer, for: model)
        _ = try steps(2, &model, &optimizer)
        let data = try data()
        let step = try optimizer.compiled(for: model, seed: 7) { model, batch in
            Loss.softmaxCrossEntropy(
                model(data.inputs(at: batch[0])), data.targets.gathered(at: batch[0]))
        }
        let losses = try (2..<6).map { number in
            try step(Tensor((0..<8).map { Int32(number % 3 * 8 + $0) }))
        }
        #expect(try losses == steps(4, from: 2, &model, &optimizer))
        #expect(try numbers(step.model) == numbers(model))
        #expect(try numbers(step.optimizer.state) == numbers(optimizer.state))
        #expect(step.optimizer.stepCount == 6)
    }

    @Test func aWarmCompiledStepMakesNothing() throws {
        let model = try network()
        let x = Tensor.normal([8, 5], key: RandomKey(seed: 1))
        let y = Tensor.arange(8) % 3
        try Tensor.evaluate([x, y])
        let step = try StatefulOptimizer(Adam(), for: model).compiled(for: model) { model, batch in
            Loss.softmaxCrossEntropy(model(batch[0]), batch[1])
        }
        try step(x, y)
        step.learningRate = 0.5
        let counts = try Counters.measure { for _ in 0..<10 { try step(x, y) } }.counts
        #expect(counts.plansCompiled == 0)
        #expect(counts.plansRun == 10)
        #expect(counts.buffersAllocated == 0)
        #expect(counts.nodesMade == 0)
        #expect(step.optimizer.learningRate == 0.5)
        // A fault is thrown by the first step that has it, which is not counted.
        #expect(throws: (any Error).self) { try step(.zeros([8, 3]), y) }
        #expect(step.optimizer.stepCount == 11)
    }

    @Test func aGivenGradientMovesAModelAsTheFormulaSays() throws {
        var weights = Tensor([Float(1), -2])
        var optimizer = try StatefulOptimizer(SGD(learningRate: 0.5, momentum: 0.5), for: weights)
        // The gradient of Σ w² is 2 w: v ← v/2 + 2w, w ← w - v/2.
        for expected in [[Float(0), 0], [-0.5, 1], [-0.25, 0.5]] {
            let (_, slope) = valueAndGradient(at: weights) { ($0 * $0).sum() }
            try optimizer.step(&weights, slope)
            #expect(try weights.values() == expected)
        }
        #expect(optimizer.stepCount == 3)
    }

    @Test func aCopyIsASnapshot() throws {
        var model = try network()
        var optimizer = try StatefulOptimizer(Adam(), for: model)
        _ = try steps(2, &model, &optimizer)
        let (kept, keptOptimizer) = (model, optimizer)
        let before = try numbers(kept)
        let first = try steps(2, from: 2, &model, &optimizer)
        var (again, other) = (kept, keptOptimizer)
        #expect(try numbers(kept) == before)
        #expect(try steps(2, from: 2, &again, &other) == first)
        #expect(try numbers(again) == numbers(model))
    }

    @Test func warmStepsCompileNothingAndKeepNoHistory() throws {
        var model = try network()
        var optimizer = try StatefulOptimizer(Adam(), for: model)
        _ = try steps(1, &model, &optimizer)
        optimizer.learningRate = 0.01
        let data = try data()
        let counts = try Counters.measure {
            _ = try steps(10, from: 1, &model, &optimizer, on: data)
        }.counts
        #expect(counts.plansCompiled == 0)
        // One for the step, and none for the loss that it returns.
        #expect(counts.plansRun == 10)
        #expect(model.tensors.allSatisfy { $0.tensor.node.source == nil })
        #expect(model.tensors.allSatisfy { !$0.tensor.node.keepsHistory })
        #expect(optimizer.state.tensors.allSatisfy { $0.tensor.node.source == nil })
    }

    /// A rate may be set between steps, past the check of the first one.
    @Test(arguments: [-0.5, .infinity, .nan]) func aRateThatMakesNoSenseTakesNoStep(
        rate: Double
    ) throws {
        var model = try network()
        var optimizer = try StatefulOptimizer(Adam(), for: model)
        let compiled = try optimizer.compiled(for: model) { model, batch in model(batch[0]).sum() }
        let x = Tensor.zeros([4, 5])
        try compiled(x)
        let before = (try numbers(model), try numbers(compiled.model))
        optimizer.learningRate = rate
        compiled.learningRate = rate
        var errors: [String] = []
        for step in [{ try compiled(x) }, { try optimizer.step(&model) { $0(x).sum() } }] {
            do { _ = try step() } catch { errors.append("\(error)") }
        }
        let expected = "Adam: expected learningRate of at least 0, got \(rate)"
        #expect(errors == [expected, expected])
        #expect(try numbers(model) == before.0)
        #expect(try numbers(compiled.model) == before.1)
        #expect(optimizer.stepCount == 0)
        optimizer.learningRate = 0.01
        #expect(try optimizer.step(&model) { $0(x).sum() }.isFinite)
    }

    /// A second step finds the plan of the first, and makes as many nodes for each further layer.
    @Test func aStepGrowsLinearlyWithTheLayers() throws {
        let counts = try [200, 400, 800].map { count in
            var model = try Sequential(
                (0..<count).map { _ in .dense(units: 4, activation: .tanh) }, input: [4])
            var optimizer = try StatefulOptimizer(Adam(), for: model)
            let x = Tensor.full([2, 4], 1)
            try optimizer.step(&model) { $0(x).sum() }
            return try Counters.measure { try optimizer.step(&model) { $0(x).sum() } }.counts
        }
        #expect(counts.map(\.plansCompiled) == [0, 0, 0])
        #expect(counts.map(\.plansRun) == [1, 1, 1])
        let growth: [KeyPath<Counts, Int>] = [
            \.nodesMade, \.instructionsRun, \.buffersAllocated, \.bytesAllocated,
        ]
        for count in growth {
            let (one, two, four) = (counts[0], counts[1], counts[2])
            let first = two[keyPath: count] - one[keyPath: count]
            #expect(four[keyPath: count] - two[keyPath: count] == 2 * first)
        }
    }

    @Test func whatDoesNotFitIsRefusedAndChangesNothing() throws {
        var model = try network()
        #expect(throws: KalsaeError.self) {
            try StatefulOptimizer(SGD(learningRate: -1), for: network())
        }
        var optimizer = try StatefulOptimizer(Adam(), for: model)
        let before = try numbers(model)
        #expect(throws: TensorFault.self) {
            try optimizer.step(&model) { $0(.zeros([2, 3])).sum() }
        }
        var other = try Sequential([.dense(units: 2)], input: [5])
        #expect(throws: KalsaeError.self) { try optimizer.step(&other, other) }
        #expect(try numbers(model) == before)
        #expect(optimizer.stepCount == 0)
        let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try optimizer.save(to: path)
        var sgd = try StatefulOptimizer(SGD(momentum: 0.9), for: model)
        let error = #expect(throws: KalsaeError.self) { try sgd.load(from: path) }
        #expect(error?.description.contains("the state of SGD, got Adam") == true)
        var small = try StatefulOptimizer(Adam(), for: other)
        #expect(throws: KalsaeError.self) { try small.load(from: path) }
    }
}
