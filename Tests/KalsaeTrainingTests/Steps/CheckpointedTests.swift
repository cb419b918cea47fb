import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

@Suite struct CheckpointedTests {
    private static let blocks = 12

    /// A deep network with dropout and batch norm, in groups of blocks that are computed again, or not.
    private func network(inGroupsOf size: Int?) throws -> Sequential {
        let block: [LayerSpec] = [
            .dense(units: 64, activation: .tanh), .batchNorm, .dropout(rate: 0.2),
        ]
        let layers: [LayerSpec]
        if let size {
            layers = (0..<(Self.blocks / size)).map { _ in
                .checkpointed((0..<size).flatMap { _ in block })
            }
        } else {
            layers = (0..<Self.blocks).flatMap { _ in block }
        }
        return try withSeed(3) { try Sequential(layers + [.dense(units: 3)], input: [64]) }
    }

    /// Losses of some steps, and the model behind them.
    private func trained(_ network: Sequential) throws -> (losses: [Double], model: Sequential) {
        let x = Tensor.uniform([96, 64], low: -1, high: 1, key: RandomKey(seed: 5))
        let y = (Tensor.uniform([96], low: 0, high: 3, key: RandomKey(seed: 6))).cast(to: .int32)
        let step = try BatchStep(
            network, loss: .softmaxCrossEntropy, optimizer: SGD(learningRate: 0.1), seed: 1)
        let losses = try (0..<6).map { _ in try step.run(x, y) }
        return (losses, step.model)
    }

    @Test func givesTheSameNumbers() throws {
        let plain = try trained(try network(inGroupsOf: nil))
        let again = try trained(try network(inGroupsOf: 3))
        #expect(plain.losses.count == 6 && Set(plain.losses).count == 6)
        for (one, other) in zip(plain.losses, again.losses) {
            #expect(abs(one - other) <= 1e-5 * abs(one))
        }
        // Running statistics too, which the second computation must not report again.
        let pairs = zip(plain.model.tensors, again.model.tensors)
        #expect(plain.model.tensors.count == again.model.tensors.count)
        for (one, other) in pairs {
            #expect(one.path.role == other.path.role && one.tensor.shape == other.tensor.shape)
            let (a, b) = (try one.tensor.values(), try other.tensor.values())
            #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($0)) })
        }
    }

    @Test func takesLessMemory() throws {
        let plain = try network(inGroupsOf: nil).trainingMemory(batch: 512)
        let again = try network(inGroupsOf: 3).trainingMemory(batch: 512)
        #expect(again.model == plain.model)
        #expect(Double(again.arena) < 0.6 * Double(plain.arena), "\(again.arena) \(plain.arena)")
    }

    @Test func hasGradientsOfGradients() throws {
        let x = Tensor([0.3, -0.7, 1.1] as [Double])
        func slope(_ function: @escaping @Sendable ([Tensor]) -> Tensor, _ x: Tensor) -> Tensor {
            gradient(at: x) { gradient(at: $0) { function([$0]).sum() }.sum() }
        }
        let plain = slope({ $0[0].tanh() * $0[0] }, x)
        let again = slope({ inputs in checkpointed(inputs) { $0[0].tanh() * $0[0] } }, x)
        let (a, b) = (try plain.values(Double.self), try again.values(Double.self))
        #expect(a.count == 3 && zip(a, b).allSatisfy { abs($0 - $1) < 1e-12 })
    }
}
