import Glibc
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A step that throws because of its numbers leaves everything as it was.
@Suite struct FailedStepTests {
    @Test func aDivisionIsNotHalfDone() throws {
        let step = try CompiledStep(Tensor([Int64(100), 200, 300])) { state, inputs in
            state = state + inputs[0] / inputs[1]
            return [state.sum()]
        }
        let (numbers, ones) = (Tensor([Int64(1), 2, 3]), Tensor([Int64(1), 1, 1]))
        for _ in 0..<3 { _ = try step.run([numbers, ones]) }
        for _ in 0..<2 {
            #expect(throws: KalsaeError.self) {
                try step.run([numbers, Tensor([Int64(1), 0, 1])])
            }
            #expect(try step.state.values(Int64.self) == [103, 206, 309])
        }
        _ = try step.run([numbers, ones])
        #expect(try step.state.values(Int64.self) == [104, 208, 312])
    }

    struct Words: Layer {
        var table = Embedding(vocabulary: 10, size: 4)
        var output = Dense(4, 3)
        static let parts = Parts(\Self.table, \.output)
        func callAsFunction(_ x: Tensor) -> Tensor { output(table(x)) }
    }

    private func training() throws -> (Words, StatefulOptimizer) {
        let model = withSeed(3) { Words() }
        return (model, try StatefulOptimizer(Adam(learningRate: 0.1), for: model))
    }

    /// An index that the table lacks: weights and what the optimizer remembers stay.
    @Test func aLookupChangesNothing() throws {
        func losses(_ withFailure: Bool) throws -> [Float] {
            let (model, optimizer) = try training()
            let step = try optimizer.compiled(for: model) { model, batch in
                Loss.softmaxCrossEntropy(model(batch[0]), batch[1])
            }
            let targets = Tensor([Int32(0), 1, 2])
            var losses: [Float] = []
            for number in 0..<4 {
                losses.append(Float(try step(Tensor([Int32(1), 2, 3]), targets)))
                guard withFailure, number > 0 else { continue }
                #expect(throws: TensorFault.self) {
                    try step(Tensor([Int32(1), 20, 3]), targets)
                }
            }
            return losses
        }
        #expect(try losses(true) == losses(false))
    }

    /// A state whose file claims more steps than there can be.
    @Test(arguments: ["9223372036854775807", "-1", "1.5", ""])
    func absurdStepCountsAreRefused(_ count: String) throws {
        var (model, optimizer) = try training()
        let path = "/tmp/kalsae-steps-\(UInt64.random(in: .min ... .max)).safetensors"
        defer { unlink(path) }
        try optimizer.step(&model) { $0(Tensor([Int32(1), 2])).sum() }
        try optimizer.save(to: path)
        let entries = optimizer.stepCount
        #expect(entries == 1)
        var bytes = try FileBytes.read(path)
        let old = Array("\"kalsae.steps\":\"1\"".utf8)
        let new = Array("\"kalsae.steps\":\"\(count)\"".utf8)
        let start = try #require(
            bytes.indices.first { bytes[$0...].starts(with: old) })
        bytes.replaceSubrange(start..<(start + old.count), with: new)
        // The header's length stands in front of it.
        let length = Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
        let changed = length + new.count - old.count
        for byte in 0..<3 { bytes[byte] = UInt8(changed >> (8 * byte) & 255) }
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        let error = #expect(throws: KalsaeError.self) { try optimizer.load(from: path) }
        #expect(error?.expected.hasPrefix("a number of steps") == true, "\(error as Any)")
        #expect(optimizer.stepCount == 1)
    }

    /// Calls of `fit` for an epoch each see the same batches as one call for all of them.
    @Test func shufflingGoesOnBetweenCalls() async throws {
        let rows = Tensor.arange(12).cast(to: .float32).reshaped(to: [12, 1])
        let data = try Dataset(rows, rows * 2)
        func losses(_ calls: [Int]) async throws -> [Double] {
            let trainer = try Trainer(
                withSeed(1) { Sequential(Dense(1, 1)) }, loss: .meanSquaredError,
                optimizer: SGD(learningRate: 0.001))
            var losses: [Double] = []
            for epochs in calls {
                let history: History = try await trainer.fit(data, epochs: epochs, batch: 4)
                losses += history.epochs.map(\.loss)
            }
            return losses
        }
        let (one, three) = (try await losses([3]), try await losses([1, 1, 1]))
        #expect(one.count == 3 && one == three)
    }

    @Test func absurdBatchesAreRefused() async throws {
        let rows = Tensor.ones([4, 1])
        let data = try Dataset(rows, rows)
        let trainer = try Trainer(
            Sequential(Dense(1, 1)), loss: .meanSquaredError, optimizer: SGD(learningRate: 0.1))
        for batch in [1 << 40, Int.max] {
            await #expect(throws: KalsaeError.self) {
                try await trainer.fit(data, batch: batch, order: .withReplacement)
            }
        }
        await #expect(throws: KalsaeError.self) { try await trainer.fit(data, steps: -1) }
        for batch in [0, -1] {
            await #expect(throws: KalsaeError.self) {
                try await trainer.evaluate(data, batch: batch)
            }
        }
    }
}
