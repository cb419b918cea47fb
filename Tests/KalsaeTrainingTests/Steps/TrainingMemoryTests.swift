import KalsaeBackend
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Synchronization
import Testing

/// What a training takes is counted, is not taken twice, and is refused where it is not there.
@Suite(.serialized) struct TrainingMemoryTests {
    private static let width = 512
    /// Whose step has an arena of its own: tests beside these take larger ones now and then.
    private static let narrow = 400

    /// Parameters of 64-512-512-2.
    private static let parameters = parameters(width)

    private static func parameters(_ width: Int) -> Int {
        65 * width + (width + 1) * width + 2 * (width + 1)
    }

    private func data(rows: Int = 64) throws -> Dataset {
        let x = Tensor.normal([rows, 64], key: RandomKey(seed: 4))
        return try Dataset(x, Tensor((0..<rows).map { Int32($0 % 2) }))
    }

    private func trainer(width: Int = width) throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential(
                [
                    .dense(units: width, activation: .relu),
                    .dense(units: width, activation: .relu), .dense(units: 2),
                ], input: [64])
        }
        return try Trainer(model, loss: .softmaxCrossEntropy, optimizer: Adam())
    }

    @Test func knownNumbersAreCounted() throws {
        let model = try Sequential(
            [.dense(units: 8, activation: .relu), .dense(units: 3)], input: [4])
        let memory = try model.trainingMemory(batch: 10, optimizer: Adam())
        let bytes = 4 * (4 * 8 + 8 + 8 * 3 + 3)
        #expect(memory.model == bytes && memory.optimizer == 2 * bytes)
        #expect(memory.batch == 10 * (4 * 4 + 4) && memory.sums == 0)
        // The weights of the best epoch, and model and optimizer of a step to go back to.
        #expect(memory.best == bytes && memory.boundary == 3 * bytes)
        // 1,000 rows' outputs are there at once, and what a step needs at least.
        #expect(memory.measuring >= 1000 * 3 * 4 && memory.arena >= 10 * 3 * 4)
        #expect(memory.ofStep == 3 * bytes + memory.batch + memory.arena)
        #expect(memory.total == memory.ofStep + 4 * bytes + memory.measuring)
        let plain = try model.trainingMemory(batch: 10, optimizer: SGD())
        #expect(plain.optimizer == 0 && plain.boundary == bytes)
    }

    /// The first step writes in place: the values that it began with are nobody else's.
    @Test func noCopyOfTheFirstWeightsIsMade() async throws {
        let (trainer, data) = (try trainer(width: Self.narrow), try data())
        let bytes = 4 * Self.parameters(Self.narrow)
        let counts = try await Counters.measure {
            try await trainer.fit(data, FitOptions(epochs: 1, batch: 16))
        }.counts
        // Weights, two numbers of Adam for each, and arenas of first weights and steps; copies would be
        // three more.
        #expect(counts.bytesAllocated >= 3 * bytes)
        #expect(counts.bytesAllocated < 7 * bytes, "\(counts)")
    }

    /// Measuring shares the weights with the step that goes on.
    @Test func measuringCopiesNoWeights() async throws {
        func allocated(epochs: Int) async throws -> Int {
            let (trainer, data) = (try trainer(width: Self.narrow), try data())
            let options = FitOptions(epochs: epochs, batch: 16, validation: data)
            return try await Counters.measure { try await trainer.fit(data, options) }.counts
                .bytesAllocated
        }
        let (few, many) = (try await allocated(epochs: 2), try await allocated(epochs: 6))
        #expect(many - few < Self.parameters(Self.narrow), "\(few) \(many)")
    }

    private func facts(left: Int) -> MemoryFacts.Source {
        MemoryFacts.Source { MemoryFacts(physical: 1 << 30, swap: 0, held: 1 << 30 - left) }
    }

    private func fit(
        left: Int, _ change: (inout FitOptions) -> Void = { _ in }
    ) async throws -> Int {
        let (trainer, data) = (try trainer(), try data())
        var options = FitOptions(epochs: 2, batch: 16)
        change(&options)
        try await MemoryFacts.$source.withValue(facts(left: left)) {
            _ = try await trainer.fit(data, options)
        }
        return await trainer.stepCount
    }

    @Test func whatDoesNotFitIsRefusedBeforeItsFirstStep() async throws {
        let bytes = 4 * Self.parameters
        #expect(try await fit(left: 3 * bytes) == 8)
        let error = await #expect(throws: KalsaeError.self) {
            try await fit(left: 3 * bytes - 1)
        }
        #expect(error?.subject == "memory for training")
        #expect(error?.expected == "to need at most the 3.4 MB that are left of 1 GB")
        #expect(
            error?.got
                == "3.4 MB more (weights 1.13 MB, what the optimizer remembers 2.27 MB)")
        #expect(error?.advice.contains("smaller network") == true)
    }

    /// Copies count: those of the best epoch, and of steps to go back to, where there are such.
    @Test func whatIsKeptCounts() async throws {
        let bytes = 4 * Self.parameters
        // An eighth of weights and optimizer for fragmentation.
        let gaps = 3 * bytes / 8
        let keeping = { @Sendable (options: inout FitOptions) in
            options.earlyStopping = EarlyStopping(patience: 9)
            options.validation = try? self.data().batches(of: 1000)
            options.autopsyPath = "/nowhere/at/all"
        }
        #expect(try await fit(left: 7 * bytes + gaps, keeping) == 8)
        let error = await #expect(throws: KalsaeError.self) {
            try await fit(left: 7 * bytes + gaps - 1, keeping)
        }
        #expect(error?.got.contains("the best epoch's weights 1.13 MB") == true)
        #expect(error?.got.contains("steps to go back to 3.4 MB") == true)
        // One epoch is the best one, and the guard's states part after its interval.
        let guarded = { @Sendable (options: inout FitOptions) in
            keeping(&options)
            options.epochs = 1
            options.divergence = DivergenceGuard(interval: 2)
        }
        #expect(try await fit(left: 9 * bytes + gaps, guarded) == 4)
        await #expect(throws: KalsaeError.self) {
            try await fit(left: 9 * bytes + gaps - 1, guarded)
        }
    }

    /// A wide batch needs more than the network: it is refused once its step is compiled.
    @Test func activationsAreRefused() async throws {
        let bytes = 4 * Self.parameters
        let error = await #expect(throws: KalsaeError.self) {
            try await fit(left: 3 * bytes) { options in
                (options.batch, options.order) = (1 << 14, .withReplacement)
            }
        }
        #expect(error?.got.contains("more (activations and gradients ") == true, "\(error as Any)")
    }
}
