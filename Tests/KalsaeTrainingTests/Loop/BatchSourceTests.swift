import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// y = 2x - 1 with inputs made batch by batch: no set is ever in memory.
private struct Line: BatchSource {
    var position = BatchPosition()
    var rows = 16
    /// Batches of an epoch; nil for no end.
    var batchesPerEpoch: Int? = 5
    var isWeighted = false

    mutating func next() -> Batch? {
        if let count = batchesPerEpoch, position.batch == count {
            position.beginNextEpoch()
            return nil
        }
        position.batch += 1
        let key = RandomKey(seed: position.epoch, stream: position.batch)
        let x = Tensor.normal([rows, 1], key: key)
        return Batch(x, x * 2 - 1, weights: isWeighted ? .ones([rows]) : nil)
    }
}

@Suite struct BatchSourceTests {
    private func trainer(_ rate: Double = 0.1) throws -> Trainer<Sequential> {
        try Trainer(
            withSeed(1) { Sequential(Dense(1, 1)) }, loss: .meanSquaredError,
            optimizer: SGD(learningRate: rate), metrics: [.mae])
    }

    private func parameters(_ trainer: Trainer<Sequential>) async throws -> [[Float]] {
        try await trainer.model.tensors.map { try $0.tensor.values() }
    }

    @Test func aSetThatIsNeverInMemoryIsLearned() async throws {
        let trainer = try trainer()
        var options = FitOptions(epochs: 10)
        options.validation = Line()
        let history = try await trainer.fit(Line(), options)
        #expect(history.epochs.map(\.steps) == (1...10).map { $0 * 5 })
        let report = try #require(history.epochs.last?.validation)
        #expect(report.loss < 1e-3)
        #expect(try report[.mae] < 0.05)
        let values = try await parameters(trainer).flatMap { $0 }
        #expect(values.count == 2)
        #expect(abs(values[0] - 2) < 0.05 && abs(values[1] + 1) < 0.05, "\(values)")
    }

    @Test func aSourceWithoutEndHasEpochsOfGivenLength() async throws {
        let trainer = try trainer()
        var options = FitOptions(epochs: 3)
        options.stepsPerEpoch = 4
        let endless = Line(batchesPerEpoch: nil)
        #expect(try await trainer.fit(endless, options).epochs.map(\.steps) == [4, 8, 12])
        // Epochs of another length than the source's own.
        options.stepsPerEpoch = 7
        #expect(try await self.trainer().fit(Line(), options).epochs.map(\.steps) == [7, 14, 21])
    }

    @Test(arguments: [3, 5, 8]) func aSourceIsTakenUpWhereItStood(_ step: Int) async throws {
        let options = FitOptions(epochs: 3)
        let whole = try trainer()
        let history = try await whole.fit(Line(), options)
        let first = try trainer()
        var stopped = options
        stopped.steps = step
        try await first.fit(Line(), stopped)
        var state = try await first.state
        // The end by a number of steps closes its epoch; a stop leaves it open.
        state.progress.fit?.isEpochOpen = step % 5 != 0
        if step % 5 != 0 { state.progress.fit?.history.epochs.removeLast() }
        let second = try trainer()
        let resumed = try await second.fit(Line(), options, resuming: state)
        #expect(try await parameters(second) == parameters(whole))
        #expect(resumed.epochs.map(\.loss) == history.epochs.map(\.loss))
    }

    @Test func weightsOfASourceCount() async throws {
        let (plain, weighted) = (try trainer(), try trainer())
        try await plain.fit(Line(), FitOptions(epochs: 2))
        try await weighted.fit(Line(isWeighted: true), FitOptions(epochs: 2))
        for (one, two) in zip(
            try await parameters(plain).joined(), try await parameters(weighted).joined())
        {
            // Σ w·l / Σ w and the mean differ by the rounding of their order.
            #expect(abs(one - two) < 1e-5)
        }
    }

    @Test func aSourceWithoutBatchesIsRefused() async throws {
        let trainer = try trainer()
        let empty = Line(batchesPerEpoch: 0)
        await #expect(throws: KalsaeError.self) { try await trainer.fit(empty) }
        await #expect(throws: KalsaeError.self) { try await trainer.evaluate(empty) }
    }

    @Test func batchesOfASetAreItsRows() throws {
        let x = Tensor.arange(10).cast(to: .float32).reshaped(to: [10, 1])
        let data = try Dataset(x, x * 2, weights: .ones([10]))
        let plain = try data.batches(of: 4).map { try $0.inputs.values() }
        #expect(plain == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
        func shuffled(_ seed: Int, _ epoch: Int) throws -> [Float] {
            try data.batches(of: 4, shuffledBy: seed, epoch: epoch).flatMap { batch in
                let (x, y) = (try batch.inputs.values(), try batch.targets.values())
                #expect(x.count == batch.count && batch.weights?.shape == [batch.count])
                #expect(y == x.map { $0 * 2 })
                return x
            }
        }
        let first = try shuffled(3, 1)
        #expect(first.count == 10 && first.sorted() == (0..<10).map { Float($0) })
        #expect(try first == shuffled(3, 1))
        #expect(try first != shuffled(3, 2))
        #expect(try first != shuffled(4, 1))
        let bad = data.batches(of: 0)
        #expect(bad.map(\.inputs.fault).compactMap { $0 }.count == 1)
    }

    @Test func anOwnLoopOverBatchesLearns() throws {
        let x = Tensor.normal([40, 1], key: RandomKey(seed: 1))
        let data = try Dataset(x, x * 2 - 1)
        var model = Sequential(Dense(1, 1))
        var optimizer = try StatefulOptimizer(SGD(learningRate: 0.1), for: model)
        for epoch in 1...20 {
            for batch in data.batches(of: 16, shuffledBy: 1, epoch: epoch) {
                try optimizer.step(&model) { model in
                    Loss.meanSquaredError(model(batch.inputs), batch.targets)
                }
            }
        }
        #expect(optimizer.stepCount == 60)
        let report = try Evaluator(model, loss: .meanSquaredError).evaluate(data, batch: 7)
        #expect(report.loss < 1e-2)
    }

    /// Row numbers of a set that is made of pixels are scaled on their way.
    @Test func evaluatingASetAndItsBatchesIsTheSame() throws {
        let pixels = Tensor((0..<24).map { UInt8($0 * 10) }, shape: [12, 2])
        let data = try Dataset(pixels, Tensor.arange(12) % 2, featureScale: 1.0 / 255)
        struct Tensors: BatchSource {
            let batches: [(Tensor, Tensor)]
            var batchesPerEpoch: Int? { batches.count }
            var position = BatchPosition()
            mutating func next() -> Batch? {
                guard position.batch < batches.count else {
                    position.beginNextEpoch()
                    return nil
                }
                defer { position.batch += 1 }
                return Batch(batches[position.batch].0, batches[position.batch].1)
            }
        }
        let source = Tensors(batches: data.batches(of: 5).map { ($0.inputs, $0.targets) })
        let evaluator = try Evaluator(
            withSeed(1) { Sequential(Dense(2, 2)) }, loss: .softmaxCrossEntropy,
            metrics: [.accuracy])
        let (resident, streamed) = (
            try evaluator.evaluate(data, batch: 5), try evaluator.evaluate(source)
        )
        #expect(resident.metrics == streamed.metrics)
        // Bytes are scaled behind the product, numbers in front of it.
        #expect(abs(resident.loss - streamed.loss) < 1e-6)
    }
}
