import KalsaeGraph
import KalsaeOptimizers
import KalsaeTensor
import Testing

/// Losses scaled for `float16`.
struct LossScaleTests {
    private static let half = Device.cpu.with(.float16)

    private struct Line: TensorTree {
        var weight = Tensor([Float(0.5), -0.25])
        mutating func forEachTensor<Failure: Error>(
            at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
        ) throws(Failure) {
            try body(path.appending("weight", role: .parameter), &weight)
        }
    }

    /// Steps along a loss that is a factor times the sum of squares.
    private func steps(_ factors: [Double], on device: Device) throws -> (Line, OptimizerState) {
        try device.asCurrent {
            let rule = Adam(learningRate: 0.1)
            var line = Line()
            var state = OptimizerState(for: line, rule)
            for (index, factor) in factors.enumerated() {
                let traced = state.valueAndGradient(at: line) { line in
                    line.weight.square().sum() * Tensor(Float(factor))
                }
                if factor.isFinite {
                    let value = try traced.value.item(Double.self)
                    let exact = try (line.weight.square().sum() * Tensor(Float(factor))).item(
                        Double.self)
                    #expect(value == exact)
                }
                let scalars = Tensor(rule.scalars(step: index + 1).values.map { Float($0) })
                line = rule.updated(
                    line, gradient: traced.gradient, state: &state, scalars: scalars)
            }
            return (line, state)
        }
    }

    private static func numbers(_ state: OptimizerState) throws -> [[Float]] {
        try state.slots[0].map { try $0.values(Float.self) }
    }

    @Test func onlyHalvesAreScaled() throws {
        for precision in [Precision.float32, .bfloat16, .tf32] {
            Device.cpu.with(precision).asCurrent {
                #expect(OptimizerState(for: Line(), Adam()).lossScale == nil)
            }
        }
        let (_, state) = try steps([1], on: Self.half)
        #expect(try state.lossScale?.scale.item(Float.self) == 0x1p16)
        #expect(try state.lossScale?.goodSteps.item(Float.self) == 1)
    }

    @Test func aScaleThatIsAPowerOfTwoChangesNoBit() throws {
        let (exact, _) = try steps([1, 2, 0.5], on: .cpu)
        let (scaled, _) = try steps([1, 2, 0.5], on: Self.half)
        #expect(try exact.weight.values(Float.self) == scaled.weight.values(Float.self))
    }

    @Test func aStepThatIsNotFiniteChangesTheScaleAlone() throws {
        let (before, memory) = try steps([1, 1], on: Self.half)
        for bad in [Double.infinity, .nan, 1e35] {
            let (after, state) = try steps([1, 1, bad], on: Self.half)
            #expect(try after.weight.values(Float.self) == before.weight.values(Float.self))
            #expect(try Self.numbers(state) == Self.numbers(memory))
            #expect(try state.lossScale?.scale.item(Float.self) == 0x1p15)
            #expect(try state.lossScale?.goodSteps.item(Float.self) == 0)
        }
        let (_, last) = try steps([Double](repeating: .nan, count: 20), on: Self.half)
        #expect(try last.lossScale?.scale.item(Float.self) == 1)
    }

    @Test func manyGoodStepsDoubleIt() throws {
        try Self.half.asCurrent { () throws -> Void in
            let rule = SGD(learningRate: 0)
            let line = Line()
            var state = OptimizerState(for: line, rule)
            state.lossScale?.goodSteps = Tensor(Float(1999))
            let gradient = state.valueAndGradient(at: line) { $0.weight.sum() }.gradient
            let scalars = Tensor(rule.scalars(step: 1).values.map { Float($0) })
            _ = rule.updated(line, gradient: gradient, state: &state, scalars: scalars)
            #expect(try state.lossScale?.scale.item(Float.self) == 0x1p17)
            #expect(try state.lossScale?.goodSteps.item(Float.self) == 0)
            _ = rule.updated(line, gradient: gradient, state: &state, scalars: scalars)
            #expect(try state.lossScale?.goodSteps.item(Float.self) == 1)
        }
    }

    /// A gradient that `float16` cannot hold, of a weight that a product reads.
    @Test func smallGradientsArriveThatWouldBeZero() throws {
        func slope(_ device: Device, scales: Bool) throws -> [Float] {
            try device.asCurrent { () throws -> [Float] in
                var state = OptimizerState(for: Line(), SGD(learningRate: 1))
                if !scales { state.lossScale = nil }
                let x = Tensor([Float(1), 2]).reshaped(to: [1, 2])
                let small = Tensor([Float(1e-8)]).reshaped(to: [1, 1])
                let traced = state.valueAndGradient(at: Line()) { (line: Line) -> Tensor in
                    let column: Tensor = line.weight.reshaped(to: [2, 1])
                    let product: Tensor = x.matmul(column)
                    return product.matmul(small).sum()
                }
                return try traced.gradient.weight.values(Float.self)
            }
        }
        let plain = try slope(Self.half, scales: false)
        #expect(plain == [0, 0])
        let scaled = try slope(Self.half, scales: true)
        #expect(scaled.allSatisfy { $0 != 0 })
    }
}
