import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

/// The check itself: exact for smooth functions, red for wrong gradients.
@Suite struct CheckGradientTests {
    private func point(_ seed: Int, _ shape: Shape = [3]) -> Tensor {
        .uniform(shape, low: 0.5, high: 2, key: RandomKey(seed: seed), dtype: .float64)
    }

    @Test func smoothFunctionsAgreeClosely() throws {
        try onEachDevice { () throws in
            let inputs = [point(1, [2, 3]), point(2, [3, 4])]
            for order in 1...2 {
                let report = try checkGradient(
                    of: { ($0[0].matmul($0[1]).tanh() * 0.3).exp() }, at: inputs, directions: 4,
                    order: order)
                #expect(report.inputs.map(\.path) == ["0", "1"])
                #expect(report.order == order)
                #expect(report.largestRelativeError < 1e-8, "\(report)")
                #expect(report.inputs.allSatisfy { $0.slope != 0 })
            }
        }
    }

    @Test func findsAWrongGradient() throws {
        try onEachDevice { () throws in
            // The value of x², the gradient of 2.00001 x².
            func wrong(_ x: Tensor) -> Tensor {
                withCustomGradient([x]) {
                    $0[0].square()
                } backward: {
                    [$0 * x * 2.00001]
                }
            }
            let report = try checkGradient(of: { wrong($0[0]) + $0[1] }, at: [point(1), point(2)])
            #expect(report.inputs[0].relativeError > 1e-6)
            #expect(report.inputs[1].relativeError < 1e-9)
            #expect(report.description.contains("input 0"))
        }
    }

    @Test func findsAGradientThatForgetsItsOperands() throws {
        try onEachDevice { () throws in
            // Right in first order, but a constant to the second.
            func flat(_ x: Tensor) -> Tensor {
                let slope = (x.square() * 3).stopGradient()
                return withCustomGradient([x]) {
                    $0[0].cube()
                } backward: {
                    [$0 * slope]
                }
            }
            let first = try checkGradient(of: { flat($0) }, at: point(3))
            let second = try checkGradient(of: { flat($0) }, at: point(3), order: 2)
            #expect(first.largestRelativeError < 1e-9)
            #expect(second.largestRelativeError > 0.5)
        }
    }

    @Test func convertsToFloat64AndLeavesTheRest() throws {
        try onEachDevice { () throws in
            let labels = Tensor([Int32(1), 0])
            let report = try checkGradient(
                of: { $0[0].logSoftmax().taken(along: $0[1].expandingShape(at: 1)) },
                at: [Tensor.uniform([2, 3], key: RandomKey(seed: 1)), labels])
            #expect(report.inputs.count == 1)
            #expect(report.largestRelativeError < 1e-8)
            let constant = try checkGradient(of: { _ in Tensor(2.0 as Double) }, at: point(1))
            #expect(constant.largestRelativeError == 0)
            let scaled = try checkGradient(of: { ($0 * 1e6).sqrt() }, at: point(1) * 1e6)
            #expect(scaled.largestRelativeError < 1e-8)
        }
    }

    @Test func isInfiniteForNoNumbers() throws {
        try onEachDevice { () throws in
            let report = try checkGradient(of: { $0.log() }, at: Tensor([-1.0] as [Double]))
            #expect(report.largestRelativeError == .infinity)
        }
    }

    @Test func throwsFaults() throws {
        try onEachDevice { () throws in
            #expect(throws: TensorFault.self) {
                try checkGradient(of: { $0.matmul($0) }, at: point(1, [2, 3]))
            }
            #expect(throws: KalsaeError.self) {
                try checkGradient(of: { $0.cast(to: .float32) }, at: point(1))
            }
            #expect(throws: KalsaeError.self) {
                try checkGradient(of: { $0 }, at: point(1), order: 3)
            }
        }
    }
}
