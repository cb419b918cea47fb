import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Predictions from several tasks at once: the answers of one, without memory or plans for each.
@Suite struct CompiledModelTests {
    private static let tasks = 4
    private static let inputs = 10

    private func network(seed: Int) throws -> Sequential {
        try withSeed(seed) {
            try Sequential(
                [
                    .dense(units: 64, activation: .relu), .dropout(rate: 0.5),
                    .dense(units: 32, activation: .relu), .dense(units: 2),
                ], input: [Self.inputs])
        }
    }

    private func rows(_ count: Int, width: Int = inputs) throws -> [[Float]] {
        let numbers: [Float] = try Tensor.normal([count, width], key: RandomKey(seed: 3)).values()
        return (0..<count).map { Array(numbers[($0 * width)..<(($0 + 1) * width)]) }
    }

    /// Trains beside what `body` does, until that is over; returns the steps taken meanwhile.
    private func whileTraining(
        _ model: Sequential, batch: Int = 64, _ body: () async throws -> Void
    ) async throws -> Int {
        let shape = try #require(model.inputShape)
        let data = try Dataset(
            .normal(Shape([512] + shape.sizes), key: RandomKey(seed: 2)), Tensor.arange(512) % 2)
        let trainer = try Trainer(model, loss: .softmaxCrossEntropy, optimizer: Adam())
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let training = Task {
            try await trainer.fit(
                data, epochs: .max, batch: batch, onStep: { _ in continuation.yield() })
        }
        for await _ in stream { break }
        let outcome = await Result { try await body() }
        training.cancel()
        let steps = try await training.value.steps
        try outcome.get()
        return steps
    }

    /// Asks for rows in turns from several tasks; returns how many answers were none of those.
    private func wrongAnswers(
        _ count: Int, _ rows: [[Float]], _ answers: [[[Float]]], _ served: CompiledModel<Sequential>
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    var wrong = 0
                    for number in 0..<(count / Self.tasks) {
                        let index = (number + task) % rows.count
                        let answer = try served(rows[index])
                        if !answers.contains(where: { $0[index] == answer }) { wrong += 1 }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
    }

    @Test func theAnswersOfFourTasksWhileTrainingAreThoseOfOne() async throws {
        let model = try network(seed: 1)
        let served = try CompiledModel(model, input: [Self.inputs]) { $0.softmax() }
        let rows = try rows(50)
        // Tensors traced one by one, as no compiled model has a part in.
        let serial = try rows.map { row in
            try model(Tensor(row, shape: [1, Self.inputs])).softmax().values()
        }
        let steps = try await whileTraining(model) {
            let wrong = try await wrongAnswers(100_000, rows, [serial], served)
            #expect(wrong == 0)
        }
        #expect(steps > 0)
        #expect(served.planCount == 1)
    }

    @Test func anAnswerIsOfOldOrNewWeightsAndNeverOfBoth() async throws {
        let models = [try network(seed: 1), try network(seed: 2)]
        let rows = try rows(20)
        let answers = try models.map { model in
            try rows.map { try model(Tensor($0, shape: [1, Self.inputs])).values() }
        }
        let served = try CompiledModel(models[0], input: [Self.inputs])
        let publishing = Task {
            var count = 0
            while !Task.isCancelled {
                count += 1
                try served.update(models[count % 2])
                await Task.yield()
            }
            return count
        }
        let wrong = try await wrongAnswers(20_000, rows, answers, served)
        publishing.cancel()
        #expect(wrong == 0)
        #expect(try await publishing.value > 0)
        for (model, known) in zip(models, answers) {
            try served.update(model)
            #expect(try rows.map { try served($0) } == known)
        }
    }

    @Test func convolutionsAreServedBesideTraining() async throws {
        let model = try withSeed(1) {
            try Sequential(
                [
                    .conv2D(filters: 4, kernel: 5, activation: .relu), .flatten,
                    .dense(units: 2),
                ], input: [12, 12, 1])
        }
        let served = try CompiledModel(model, input: [12, 12, 1])
        let rows = try rows(8, width: 144)
        let serial = try rows.map { try model(Tensor($0, shape: [1, 12, 12, 1])).values() }
        _ = try await whileTraining(model) {
            let wrong = try await wrongAnswers(400, rows, [serial], served)
            #expect(wrong == 0)
        }
    }

    @Test func aPredictionMakesNothingButItsResult() throws {
        let served = try CompiledModel(try network(seed: 1), input: [Self.inputs])
        let row = try rows(1)[0]
        _ = try served(row)
        let counts = try Counters.measure { for _ in 0..<10 { _ = try served(row) } }.counts
        #expect(counts.plansRun == 10)
        #expect(counts.plansCompiled == 0)
        #expect(counts.buffersAllocated == 0)
        #expect(counts.nodesMade == 0)
        let batch = try Tensor(row, shape: [1, Self.inputs]).evaluate()
        let tensors = try Counters.measure { for _ in 0..<10 { _ = try served(batch) } }.counts
        #expect(tensors.plansCompiled == 0)
        #expect(tensors.buffersAllocated == 10)
    }

    @Test func everyBatchSizeHasTheModelsBitsAndFewPlansAreKept() throws {
        let model = try network(seed: 1)
        let served = try CompiledModel(model, input: [Self.inputs], keptPlans: 3)
        let rows = try rows(40)
        for count in [1, 2, 7, 40, 16, 1, 7, 33] {
            let flat = rows[..<count].flatMap { $0 }
            let batch = Tensor(flat, shape: [count, Self.inputs])
            let expected = try model(batch).values()
            #expect(try served(flat) == expected)
            #expect(try served(batch).values() == expected)
            #expect(served.planCount <= 3)
        }
        #expect(try served([]) == [])
        // What was used last is kept: nothing is compiled for 33 and 7.
        let counts = try Counters.measure {
            _ = try served(rows[..<33].flatMap { $0 })
            _ = try served(rows[..<7].flatMap { $0 })
        }.counts
        #expect(counts.plansCompiled == 0)
    }

    @Test func manyRowsAreDoneInParts() throws {
        let model = try Sequential([.dense(units: 2)], input: [1])
        let served = try CompiledModel(model, input: [1])
        let count = CompiledModel<Sequential>.mostRows + 5
        let flat = (0..<count).map { Float($0) / 1000 }
        let result = try served(flat)
        #expect(result.count == 2 * count)
        for index in [0, 4095, 4096, count - 1] {
            #expect(try served([flat[index]]) == Array(result[(2 * index)..<(2 * index + 2)]))
        }
        #expect(served.planCount == 3)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        struct Mean: Layer {
            static let parts = Parts<Self>()
            func callAsFunction(_ x: Tensor) -> Tensor { x.mean(axes: [0]) }
        }
        #expect(throws: TensorFault.self) { try CompiledModel(network(seed: 1), input: [3]) }
        #expect(throws: KalsaeError.self) { try CompiledModel(Mean(), input: [2]) }
        let served = try CompiledModel(network(seed: 1), input: [Self.inputs])
        #expect(throws: KalsaeError.self) { try served([1, 2, 3]) }
        #expect(throws: TensorFault.self) { try served(Tensor.zeros([1, 3])) }
        #expect(throws: KalsaeError.self) {
            try served.update(try Sequential([.dense(units: 2)], input: [Self.inputs]))
        }
        #expect(try served([Float](repeating: 0, count: Self.inputs)).count == 2)
    }

    @Test func aModelIsServedInInferenceWhereverItIsFirstCalled() throws {
        let model = try network(seed: 1)
        let served = try CompiledModel(model, input: [Self.inputs])
        let row = try rows(1)[0]
        let inside = try StepScope.training(key: RandomKey(seed: 1)) { try served(row) }.result
        #expect(try inside == model(Tensor(row, shape: [1, Self.inputs])).values())
    }

    @Test func aNumberOutOfRangeNamesItsLayer() throws {
        let model = try Sequential([.embedding(vocabulary: 4, size: 3)], input: [2])
        let served = try CompiledModel(model, input: [2])
        let error = #expect(throws: TensorFault.self) {
            try served(Tensor([Int32(1), 9], shape: [1, 2]))
        }
        #expect(error?.layer == "embedding1")
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
