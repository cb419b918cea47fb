import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A warm step makes no tensor, asks for no memory and compiles nothing.
@Suite struct StepCountTests {
    struct Net: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var input: Int
        var layers: [LayerSpec]
        var optimizer: any Optimizer
        /// Instructions of a step today; fewer is better, more is a loss.
        var mostInstructions: Int
    }

    static let nets = [
        Net(
            testDescription: "iris", input: 4,
            layers: [
                .dense(units: 8, activation: .relu), .dense(units: 8, activation: .relu),
                .dense(units: 3),
            ], optimizer: Adam(), mostInstructions: 28),
        Net(
            testDescription: "twolayer", input: 784,
            layers: [.dense(units: 50, activation: .relu), .dense(units: 10)],
            optimizer: SGD(learningRate: 0.1), mostInstructions: 21),
        Net(
            testDescription: "mlp", input: 784,
            layers: [
                .dense(units: 256, useBias: false), .batchNorm, .activation(.relu),
                .dropout(rate: 0.5), .dense(units: 128, useBias: false), .batchNorm,
                .activation(.relu), .dropout(rate: 0.5), .dense(units: 10),
            ], optimizer: Adam(), mostInstructions: 47),
    ]

    @Test(arguments: nets) func aWarmStepMakesNothing(_ net: Net) throws {
        let model = try Sequential(net.layers, input: [net.input])
        let x = Tensor.normal([32, net.input], key: RandomKey(seed: 1))
        let y = Tensor.arange(32) % 3
        try Tensor.evaluate([x, y])
        let step = try BatchStep(
            model, loss: .softmaxCrossEntropy, optimizer: net.optimizer, seed: 0)
        let cold = try Counters.measure { try step.run(x, y) }.counts
        #expect(cold.plansCompiled <= 1)
        let warm = try Counters.measure { for _ in 0..<10 { _ = try step.run(x, y) } }.counts
        #expect(warm.plansCompiled == 0)
        #expect(warm.plansRun == 10)
        #expect(warm.buffersAllocated == 0)
        #expect(warm.nodesMade == 0)
        #expect(warm.instructionsRun <= 10 * net.mostInstructions)
        #expect(warm.instructionsRun > 0)
    }

    @Test func aNewRateCompilesNothing() throws {
        let model = try Sequential([.dense(units: 3)], input: [2])
        let x = Tensor.normal([8, 2], key: RandomKey(seed: 1))
        let y = Tensor.arange(8) % 3
        try Tensor.evaluate([x, y])
        let step = try BatchStep(model, loss: .softmaxCrossEntropy, optimizer: Adam(), seed: 0)
        _ = try step.run(x, y)
        let before = try step.model.tensors.map { try $0.tensor.values() }
        step.optimizer.learningRate = 0
        let counts = try Counters.measure { _ = try step.run(x, y) }.counts
        #expect(counts.plansCompiled == 0)
        #expect(try step.model.tensors.map { try $0.tensor.values() } == before)
    }
}
