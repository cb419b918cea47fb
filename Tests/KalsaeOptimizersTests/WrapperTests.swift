import Glibc
import KalsaeGraph
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// A model with a matrix and a bias.
private struct Line: TensorTree {
    var weight = Tensor([1.0, -2.0, 0.5, 4.0] as [Double], shape: [2, 2])
    var bias = Tensor([3.0, -1.0] as [Double])

    mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try weight.forEachTensor(at: path.appending("weight"), body)
        try bias.forEachTensor(at: path.appending("bias"), body)
    }
}

private struct Run {
    var model = Line()
    var state: OptimizerState
    let optimizer: any Optimizer
    var step = 0

    init(_ optimizer: any Optimizer) throws {
        try optimizer.check(for: model)
        self.optimizer = optimizer
        state = OptimizerState(for: model, optimizer)
    }

    mutating func take(_ weight: [Double], _ bias: [Double]) throws {
        step += 1
        var slopes = model
        slopes.weight = Tensor(weight, shape: [2, 2])
        slopes.bias = Tensor(bias)
        model = optimizer.updated(
            model, gradient: slopes, state: &state,
            scalars: Tensor(optimizer.scalars(step: step).values))
    }

    func weight() throws -> [Double] { try model.weight.values(Double.self) }
    func bias() throws -> [Double] { try model.bias.values(Double.self) }
    func mean() throws -> [Double] {
        try optimizer.averaged(model, state: state).weight.values(Double.self)
    }
}

private func isClose(_ got: [Double], _ expected: [Double]) -> Bool {
    Closeness.mismatch(
        got, expected, tolerance: Tolerance(relative: 1e-14, absolute: 1e-14)) == nil
}

@Suite struct WrapperTests {
    private let plain = SGD(learningRate: 1)

    @Test func valuesAreClipped() throws {
        var run = try Run(ClippedByValue(plain, limit: 0.5))
        try run.take([0.25, 9, -9, 0.5], [0, -0.75])
        #expect(isClose(try run.weight(), [0.75, -2.5, 1, 3.5]))
        #expect(isClose(try run.bias(), [3, -0.5]))
    }

    @Test func eachNormIsClippedByItself() throws {
        var run = try Run(ClippedByNorm(plain, limit: 5))
        try run.take([6, 0, 8, 0], [3, 0])
        // ‖weight‖ is 10 and is halved; ‖bias‖ is 3 and stays.
        #expect(isClose(try run.weight(), [-2, -2, -3.5, 4]))
        #expect(isClose(try run.bias(), [0, -1]))
    }

    @Test func theGlobalNormKeepsTheDirection() throws {
        var run = try Run(ClippedByGlobalNorm(plain, limit: 6.5))
        try run.take([3, 0, 4, 0], [12, 0])
        // The norm of all is 13.
        #expect(isClose(try run.weight(), [-0.5, -2, -1.5, 4]))
        #expect(isClose(try run.bias(), [-3, -1]))
        var small = try Run(ClippedByGlobalNorm(plain, limit: 13))
        try small.take([3, 0, 4, 0], [12, 0])
        #expect(try small.bias() == [-9, -1])
        #expect(try small.weight() == [-2, -2, -3.5, 4])
    }

    @Test func decayLeavesBiasesAlone() throws {
        for style in WeightDecayed.Style.allCases {
            let start = SGD(learningRate: 0.5)
            var run = try Run(WeightDecayed(start, decay: 0.2, style: style))
            try run.take([0, 0, 0, 0], [0, 0])
            #expect(isClose(try run.weight(), [0.9, -1.8, 0.45, 3.6]))
            #expect(try run.bias() == [3, -1])
            var all = try Run(WeightDecayed(start, decay: 0.2, style: style, decayed: .all))
            try all.take([0, 0, 0, 0], [0, 0])
            #expect(isClose(try all.bias(), [2.7, -0.9]))
        }
        var adamW = try Run(AdamW(learningRate: 0.5, decay: 0.2))
        try adamW.take([0, 0, 0, 0], [0, 0])
        #expect(isClose(try adamW.weight(), [0.9, -1.8, 0.45, 3.6]))
        #expect(try adamW.bias() == [3, -1])
    }

    @Test func decoupledDecayOfAdamIsAdamW() throws {
        var one = try Run(AdamW(learningRate: 0.01, decay: 0.3))
        var two = try Run(WeightDecayed(Adam(learningRate: 0.01), decay: 0.3))
        for step in 1...5 {
            let slope = [1.0, -2, 0.1, Double(step)]
            try one.take(slope, [1, -1])
            try two.take(slope, [1, -1])
        }
        #expect(isClose(try one.weight(), try two.weight()))
        #expect(isClose(try one.bias(), try two.bias()))
    }

    @Test func theMovingAverageFollows() throws {
        var run = try Run(ExponentialMovingAverage(plain, decay: 0.75, warmsUp: false))
        #expect(try run.mean() == [1, -2, 0.5, 4])
        var mean = [1.0, -2, 0.5, 4]
        for _ in 1...4 {
            try run.take([1, 0, -1, 0], [0, 0])
            mean = zip(mean, try run.weight()).map { 0.75 * $0 + 0.25 * $1 }
        }
        #expect(isClose(try run.mean(), mean))
        #expect(isClose(try run.weight(), [-3, -2, 4.5, 4]))
    }

    @Test func theWarmAverageForgetsTheStart() throws {
        let average = ExponentialMovingAverage(plain, decay: 0.99)
        #expect(abs(average.weight(step: 1) - (1 - 2.0 / 11)) < 1e-15)
        #expect(abs(average.weight(step: 100_000) - 0.01) < 1e-15)
    }

    @Test func theStochasticAverageIsThePlainMean() throws {
        var run = try Run(StochasticWeightAverage(plain, start: 3, every: 2))
        var kept: [[Double]] = []
        for step in 1...8 {
            try run.take([Double(step), 0, -1, 0.5], [0, 0])
            if step == 2 { #expect(try run.mean() == run.weight()) }
            if [3, 5, 7].contains(step) { kept.append(try run.weight()) }
        }
        let mean = (0..<4).map { index in kept.reduce(0) { $0 + $1[index] } / 3 }
        #expect(isClose(try run.mean(), mean))
    }

    @Test func accumulationIsOneLargeBatch() throws {
        var parts = try Run(GradientAccumulation(Adam(learningRate: 0.1), count: 3))
        var whole = try Run(Adam(learningRate: 0.1))
        for round in 1...3 {
            for part in 0..<3 {
                let before = try parts.weight()
                try parts.take([Double(part), Double(round), 3, -3], [Double(part), 1])
                if part < 2 { #expect(try parts.weight() == before) }
            }
            try whole.take([1, Double(round), 3, -3], [1, 1])
            #expect(isClose(try parts.weight(), try whole.weight()))
            #expect(isClose(try parts.bias(), try whole.bias()))
        }
    }

    @Test func wrappersWorkInOrder() throws {
        // Clipping outside does not see the decay; inside it does.
        var outside = try Run(
            ClippedByGlobalNorm(WeightDecayed(plain, decay: 1, style: .gradient), limit: 1))
        try outside.take([0, 0, 10, 0], [0, 0])
        #expect(isClose(try outside.weight(), [0, 0, -1, 0]))
        var inside = try Run(
            WeightDecayed(ClippedByGlobalNorm(plain, limit: 1), decay: 1, style: .gradient))
        try inside.take([0, 0, 10, 0], [0, 0])
        let norm = sqrt(1 + 4 + 10.5 * 10.5 + 16)
        let expected = [1, -2, 10.5, 4].map { $0 / norm }
        let start = [1, -2, 0.5, 4]
        #expect(isClose(try inside.weight(), zip(start, expected).map { $0 - $1 }))
    }
}

@Suite struct ParameterGroupsTests {
    @Test func patternsMatch() {
        let cases: [(PathPattern, String, Bool)] = [
            ("*.bias", "hidden.bias", true), ("*.bias", "hidden.biases", false),
            ("*", "", true), ("", "", true), ("a", "", false), ("a*b*c", "a.x.b.bc", true),
            ("a*b*c", "a.x.bc.d", false), ("0.*", "0.weight", true), ("0.*", "10.weight", false),
            ("**t", "weight", true), ("weight", "weight", true), ("weight", "Weight", false),
        ]
        for (pattern, name, fits) in cases {
            #expect(pattern.matches(name) == fits, "\(pattern) and \(name)")
        }
    }

    @Test func aFrozenParameterStays() throws {
        let groups = ParameterGroups(
            SGD(learningRate: 1, momentum: 0.5), [.frozen("bias")])
        var run = try Run(ClippedByGlobalNorm(groups, limit: 5))
        #expect(run.state.slots.map(\.count) == [1, 0])
        try run.take([3, 0, 4, 0], [1000, 0])
        // The frozen gradient counts in no norm.
        #expect(isClose(try run.weight(), [-2, -2, -3.5, 4]))
        #expect(try run.bias() == [3, -1])
    }

    @Test func aGroupHasItsOwnRate() throws {
        var groups = ParameterGroups(SGD(learningRate: 1), [.rate("b*", times: 0.1)])
        groups.learningRate = 2
        var run = try Run(groups)
        try run.take([1, 1, 1, 1], [1, 1])
        #expect(isClose(try run.weight(), [-1, -4, -1.5, 2]))
        #expect(isClose(try run.bias(), [2.8, -1.2]))
    }

    @Test func aGroupHasItsOwnOptimizer() throws {
        var groups = ParameterGroups(
            SGD(learningRate: 1), [.optimizer("bias", Adam(learningRate: 0.1))])
        var run = try Run(groups)
        #expect(run.state.slots.map(\.count) == [0, 2])
        try run.take([1, 1, 1, 1], [5, -5])
        #expect(isClose(try run.weight(), [0, -3, -0.5, 3]))
        #expect(abs(try run.bias()[0] - 2.9) < 1e-8)
        // Rates go together, also back from 0.
        groups.learningRate = 0
        groups.learningRate = 0.5
        var slow = try Run(groups)
        try slow.take([1, 1, 1, 1], [5, -5])
        #expect(abs(try slow.bias()[0] - 2.95) < 1e-8)
    }

    @Test func aPatternThatFitsNothingIsRefused() {
        let nothing = ParameterGroups(SGD(), [.frozen("head.*")])
        #expect(throws: KalsaeError.self) { try Run(nothing) }
        #expect(throws: KalsaeError.self) { try Run(ClippedByValue(nothing, limit: 1)) }
        #expect(throws: KalsaeError.self) { try Run(ParameterGroups(SGD(), [.frozen("*")])) }
    }
}
