import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Synchronization
import Testing

/// A batch in parts against the whole batch.
@Suite struct MicroBatchTests {
    private static func model(_ layers: [LayerSpec], float64: Bool = false) throws -> Sequential {
        let model = try withSeed(3) { try Sequential(layers, input: [6]) }
        return float64 ? model.mapTensors { _, tensor in tensor.cast(to: .float64) } : model
    }

    private static func data(
        _ count: Int, weighted: Bool = false, dtype: DType = .float32
    ) throws -> Batch {
        let x = Tensor.randn([count, 6], seed: 4, dtype: dtype)
        let y = Tensor((0..<count).map { Int32(($0 * $0) % 3) })
        let weights = weighted ? Tensor((0..<count).map { Float($0 % 4) }) : nil
        try Tensor.evaluate([x, y] + (weights.map { [$0] } ?? []))
        return Batch(x, y, weights: weights)
    }

    private static let dense: [LayerSpec] = [
        .dense(units: 9, activation: .tanh), .dense(units: 3),
    ]

    /// Steps of both, in float64, where sums in another order agree to twelve digits.
    @Test(arguments: [(2, 12, false), (3, 13, false), (4, 12, true), (16, 5, false), (5, 11, true)])
    func stepsAreThoseOfTheWholeBatch(_ parts: Int, _ rows: Int, _ weighted: Bool) throws {
        let model = try Self.model(Self.dense, float64: true)
        let batch = try Self.data(rows, weighted: weighted, dtype: .float64)
        func step(_ microBatches: Int) throws -> TrainingStep<Sequential> {
            try TrainingStep(
                model, loss: .softmaxCrossEntropy,
                optimizer: ClippedByGlobalNorm(Adam(learningRate: 0.01), limit: 0.5), seed: 1,
                extras: StepExtras(regularizer: .l2(0.01), observesNorms: true),
                microBatches: microBatches)
        }
        let (whole, cut) = (try step(1), try step(parts))
        for _ in 0..<5 {
            let losses = (try whole.run(batch), try cut.run(batch))
            // Losses are read as float32 of the whole batch.
            #expect((losses.0 - losses.1).magnitude < 1e-6)
            #expect(whole.weight(of: batch) == cut.weight(of: batch))
        }
        #expect(cut.count == 5)
        for (own, expected) in zip(cut.norms, whole.norms) {
            #expect(own.name == expected.name)
            #expect((own.gradient - expected.gradient).magnitude < 1e-6 * expected.gradient)
        }
        #expect(cut.norms.count == whole.norms.count)
        for (own, expected) in zip(cut.model.tensors, whole.model.tensors) {
            #expect(own.path == expected.path)
            #expect(own.tensor.type == expected.tensor.type)
            #expect(
                Closeness.mismatch(
                    own.tensor, expected.tensor,
                    tolerance: Tolerance(relative: 1e-11, absolute: 1e-12)) == nil)
        }
    }

    /// Running statistics are means over the parts, by their rows.
    @Test func batchNormMeasuresEachPart() throws {
        let model = try Self.model([.batchNorm, .dense(units: 3)])
        let batch = try Self.data(11)
        let step = try TrainingStep(
            model, loss: .softmaxCrossEntropy, optimizer: SGD(learningRate: 0), seed: 0,
            microBatches: 3)
        _ = try step.run(batch)
        let x = try batch.inputs.values(Float.self).map(Double.init)
        let momentum = 0.1
        var expected: [Double] = []
        for column in 0..<6 {
            // The parts of eleven rows: 3, 4, 4.
            var mean = 0.0
            for rows in [0..<3, 3..<7, 7..<11] {
                mean += rows.map { x[$0 * 6 + column] }.reduce(0, +)
            }
            expected.append(mean / 11 * momentum)
        }
        let running = try #require(
            step.model.tensors.first { $0.path.name.hasSuffix("runningMean") })
        let numbers = try running.tensor.values(Double.self)
        #expect(numbers.count == 6)
        for (own, expected) in zip(numbers, expected) {
            #expect((own - expected).magnitude < 1e-6)
        }
    }

    /// Each part drops other units: two equal halves have other gradients than one of them twice.
    @Test func partsDrawNumbersOfTheirOwn() throws {
        let model = try Self.model([.dense(units: 40), .dropout(rate: 0.5), .dense(units: 3)])
        let half = try Self.data(8)
        let twice = Batch(
            Tensor.concatenate([half.inputs, half.inputs], axis: 0),
            Tensor.concatenate([half.targets, half.targets], axis: 0))
        func loss(_ batch: Batch, _ parts: Int) throws -> Double {
            try TrainingStep(
                model, loss: .softmaxCrossEntropy, optimizer: SGD(learningRate: 0), seed: 5,
                microBatches: parts
            ).run(batch)
        }
        // The first part draws what a whole batch would.
        let alone = try loss(half, 1)
        let both = try loss(twice, 2)
        #expect((alone - both).magnitude > 1e-4)
        #expect(try loss(twice, 2) == both)
    }

    @Test func frozenParametersAreNotSummed() throws {
        let model = try Self.model(Self.dense)
        let step = try TrainingStep(
            model, loss: .softmaxCrossEntropy,
            optimizer: ParameterGroups(SGD(learningRate: 0.1), [.frozen("dense1.*")]), seed: 0,
            microBatches: 2)
        _ = try step.run(try Self.data(8))
        for (before, after) in zip(model.tensors, step.model.tensors) {
            let same = try before.tensor.values(Float.self) == after.tensor.values(Float.self)
            #expect(same == before.path.name.hasPrefix("dense1"), "\(before.path)")
        }
    }

    /// Warm steps ask for no memory and compile nothing.
    @Test func aWarmStepMakesNothing() throws {
        let step = try TrainingStep(
            try Self.model(Self.dense), loss: .softmaxCrossEntropy, optimizer: Adam(), seed: 0,
            microBatches: 4)
        let set = try Dataset(
            Tensor.randn([40, 6], seed: 1), Tensor((0..<40).map { Int32($0 % 3) }))
        let rows = ResidentRows(set)
        let batch = Batch(rows, rows: (0..<32).map { Int32($0) }[...])
        _ = try step.run(batch)
        let warm = try Counters.measure { for _ in 0..<10 { _ = try step.run(batch) } }.counts
        #expect(warm.plansCompiled == 0)
        #expect(warm.plansRun == 10 * 5)
        #expect(warm.buffersAllocated == 0)
    }

    @Test func aTrainingThatIsResumedHasTheSameBits() async throws {
        let set = try Dataset(
            Tensor.randn([50, 6], seed: 1), Tensor((0..<50).map { Int32($0 % 3) }))
        func trainer() throws -> Trainer<Sequential> {
            try Trainer(
                try Self.model([
                    .batchNorm, .dense(units: 8), .dropout(rate: 0.3), .dense(units: 3),
                ]),
                loss: .softmaxCrossEntropy, optimizer: Adam(), seed: 2, microBatches: 3)
        }
        let whole = try trainer()
        try await whole.fit(set, epochs: 3, batch: 16)
        let first = try trainer()
        let state = States()
        try await first.fit(
            set, FitOptions(epochs: 3, batch: 16, callbacks: [Keeping(states: state, step: 5)]))
        let second = try trainer()
        try await second.fit(
            set, FitOptions(epochs: 3, batch: 16, callbacks: [Keeping(states: States(), step: -1)]),
            resuming: try #require(state.kept))
        let (a, b) = (await whole.model, await second.model)
        for (own, expected) in zip(b.tensors, a.tensors) {
            #expect(
                try own.tensor.values(Float.self) == expected.tensor.values(Float.self),
                "\(own.path)")
        }
    }

    /// Activations of a part, and sums of gradients instead of those of the whole batch.
    @Test func partsTakeLessMemory() throws {
        let rows = try LabeledData(
            features: .floats([Float](repeating: 0, count: 4 * 6)), featureShape: [6],
            targets: .classes([0, 1, 2, 0], names: ["a", "b", "c"]))
        let parts = DataParts(name: "t", train: rows, validation: rows, test: rows)
        var recipe = Recipe(for: parts)
        recipe.network = try NetworkSource("6-40-40-3")
        recipe.batch = 4096
        let whole = try TrainingRun(recipe, data: parts).memory()
        recipe.microBatches = 8
        let cut = try TrainingRun(recipe, data: parts).memory()
        #expect(whole.sums == 0)
        // The plan's results, and four levels of a tree of eight.
        #expect(cut.sums == 5 * cut.model)
        #expect(cut.arena < whole.arena / 6)
        #expect(cut.total < whole.total / 3)
    }

    @Test func noneIsRefused() {
        #expect(throws: KalsaeError.self) {
            try Trainer(
                Self.model(Self.dense), loss: .softmaxCrossEntropy, optimizer: Adam(),
                microBatches: 0)
        }
    }
}

private final class States: Sendable {
    private let state = Mutex<TrainingState?>(nil)

    var kept: TrainingState? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

private struct Keeping: Callback {
    let states: States
    let step: Int

    mutating func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
        if record.step == step { control.checkpoint { [states] in states.kept = $0 } }
    }
}
