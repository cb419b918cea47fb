import Glibc
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import Testing

/// Training loops that carry parameters from step to step as tensors.
@Suite(.serialized) struct OwnLoopTests {
    /// Parameters and losses of `|x · w|²` under plain gradient descent.
    private struct Loop {
        var weight = Tensor.ones([4, 4])
        let x = Tensor.ones([2, 4])
        private(set) var loss = Tensor(Float(0))

        mutating func step() {
            let x = x
            let (value, gradient) = valueAndGradient(at: weight) { weight in
                let y = x.matmul(weight).tanh()
                return (y * y).mean()
            }
            weight = weight - gradient * 0.5
            loss = value
        }
    }

    @Test func stepsThatAreEvaluatedLetGoOfWhatWasBefore() throws {
        var loop = Loop()
        loop.step()
        try loop.weight.evaluate()
        weak let before = loop.weight.node
        #expect(before != nil)
        for _ in 0..<2 {
            loop.step()
            try Tensor.evaluate([loop.weight, loop.loss])
        }
        #expect(before == nil)
    }

    @Test func gradientsOfGradientsKeepTheirHistory() throws {
        // d²/dx² x³ = 6x.
        let second = gradient(at: Tensor(Float(2))) { x in
            gradient(at: x) { $0 * $0 * $0 }
        }
        #expect(try second.item() == 12)
    }

    @Test func theLossReadAtTheEndIsThatOfSteps() throws {
        var (late, stepwise) = (Loop(), Loop())
        for _ in 0..<40 {
            late.step()
            stepwise.step()
            try Tensor.evaluate([stepwise.weight, stepwise.loss])
        }
        // Another order of sums may round otherwise: 40 steps of a few roundings each.
        let (one, other) = (try late.loss.item(), try stepwise.loss.item())
        #expect(abs(one - other) <= 40 * 16 * Float.ulpOfOne * abs(other))
    }

    /// The time of the first step of a network of dense layers; other sizes make other plans.
    private func firstStep(layers: Int) throws -> Double {
        let specs = (0..<layers).map { _ in LayerSpec.dense(units: 8) }
        let model = try Sequential(specs, input: [8])
        try model.evaluate()
        let step = try CompiledStep(model) { model, inputs in
            let (loss, gradient) = valueAndGradient(at: model) { $0(inputs[0]).tanh().mean() }
            let slopes = gradient.tensors.map(\.tensor)
            var next = 0
            model = model.mapTensors { _, tensor in
                defer { next += 1 }
                return tensor - slopes[next] * 0.1
            }
            return [loss]
        }
        let x = try Tensor.ones([4, 8]).evaluate()
        return try seconds { try step.compile([x]) }
    }

    private func loss(steps: Int) throws -> Double {
        try seconds {
            var loop = Loop()
            for _ in 0..<steps { loop.step() }
            _ = try loop.loss.item()
        }
    }

    /// Time that this thread computes: others may take the cores at any time.
    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        try body()
        return now() - start
    }

    /// 16 times as much work takes about 16 times as long; by the square it takes 256 times.
    private func growth(_ size: Int, _ time: (Int) throws -> Double) throws -> Double {
        let small = try (0..<3).map { try time(size + $0) }.min() ?? 0
        let large = try (0..<2).map { try time(16 * size + $0) }.min() ?? 0
        return large / small
    }

    @Test func theTimeOfALateLossGrowsWithTheSteps() throws {
        #expect(try Notice.collect { try growth(100, loss(steps:)) }.result < 64)
    }

    @Test func theTimeOfAFirstStepGrowsWithTheLayers() throws {
        #expect(try growth(50, firstStep(layers:)) < 64)
    }

    @Test func longSequencesHaveGradients() throws {
        let layer = LSTM(2, units: 2)
        let x = Tensor.ones([1, 5000, 2])
        let slope = gradient(at: layer) { $0(x).sum() }
        let numbers: [Float] = try Notice.collect { try slope.weight.values() }.result
        #expect(numbers.count == 16)
        #expect(numbers.allSatisfy(\.isFinite) && numbers.contains { $0 != 0 })
    }
}
