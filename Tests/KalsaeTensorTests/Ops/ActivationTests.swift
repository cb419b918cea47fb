import Glibc
import KalsaeTensor
import Testing

/// What activations do at kinks and far out, in `float32`.
@Suite struct ActivationTests {
    static let smooth: [(name: String, function: @Sendable (Tensor) -> Tensor)] = [
        ("elu", { $0.elu() }), ("celu", { $0.celu(alpha: 2) }), ("selu", { $0.selu() }),
        ("gelu", { $0.gelu() }), ("gelu by tanh", { $0.gelu(approximate: true) }),
        ("silu", { $0.silu() }), ("mish", { $0.mish() }), ("softplus", { $0.softplus() }),
        ("logSigmoid", { $0.logSigmoid() }), ("softsign", { $0.softsign() }),
        ("relu", { $0.relu() }), ("leakyRelu", { $0.leakyRelu() }),
        ("hardSwish", { $0.hardSwish() }), ("sinc", { $0.sinc() }),
        ("sigmoid", { $0.sigmoid() }), ("tanh", { $0.tanh() }),
    ]

    @Test(arguments: smooth.indices) func isFiniteFarOut(_ index: Int) throws {
        let (name, function) = Self.smooth[index]
        try onEachDevice { () throws in
            let x: Tensor = [-1e4, -100, 0, 100, 1e4]
            for result in [function(x), slope(x, function), curvature(x, function)] {
                #expect(try result.values().allSatisfy { $0.isFinite }, "\(name): \(result)")
            }
            let missing = function([.number(.nan)])
            #expect(try missing.item().isNaN, "\(name) of NaN")
        }
    }

    @Test func gradientsAtKinks() throws {
        try onEachDevice { () throws in
            let x: Tensor = [-1, 0, 2]
            try expectValues(slope(x) { $0.relu() }, [0, 0, 1])
            try expectValues(slope(x) { $0.leakyRelu(slope: 0.25) }, [0.25, 0.25, 1])
            try expectValues(slope([0, 3, 6]) { $0.relu6() }, [0, 1, 0])
            try expectValues(slope(x) { $0.hardTanh() }, [0, 1, 0])
            try expectValues(slope(x) { $0.step() }, [0, 0, 0])
            try expectValues(x.step(atZero: 0.5), [0, 0.5, 1])
            try expectValues(slope([0]) { $0.softplus() }, [0.5])
            try expectValues(curvature([0]) { $0.softplus() }, [0.25])
            try expectValues(curvature([0]) { $0.logSigmoid() }, [-0.25])
        }
    }

    @Test func softplusIsExactFarOut() throws {
        try onEachDevice { () throws in
            try expectValues(
                Tensor([-100.0, -30, 30, 1e4] as [Double]).softplus(),
                [exp(-100.0), log1p(exp(-30.0)), 30 + log1p(exp(-30.0)), 1e4], tolerance: 1e-16)
            try expectValues(Tensor([-1e4, 1e4]).logSigmoid(), [-1e4, 0])
        }
    }

    @Test func softmaxKeepsFarLogits() throws {
        try onEachDevice { () throws in
            let x: Tensor = [[1e4, 0, -1e4], [-1e4, -1e4, -1e4]]
            let third = 1.0 / 3
            let expected = [1, 0, 0, third, third, third]
            try expectValues(x.softmax(), expected, shape: [2, 3], tolerance: 1e-7)
            try expectValues(
                x.logSoftmax()[0], [0, -1e4, -2e4], tolerance: 1e-7)
            for function: (Tensor) -> Tensor in [{ $0.softmax() }, { $0.logSoftmax() }] {
                let curved = curvature(x) { function($0).square() }
                #expect(try curved.values().allSatisfy { $0.isFinite })
            }
            let single = x.logSumExp(axes: [0], keepsAxes: true)
            try expectValues(
                single, [1e4, 0, log(2) - 1e4], shape: [1, 3], tolerance: 1e-7)
        }
    }

    @Test func softmaxOfNothingAndOfInfinities() throws {
        try onEachDevice { () throws in
            try expectValues(Tensor.zeros([2, 0]).softmax(), [], shape: [2, 0])
            try expectValues(Tensor.zeros([2, 0]).logSumExp(axes: [1]), [-.infinity, -.infinity])
            try expectValues(
                Tensor([-Double.infinity, -Double.infinity]).logSumExp(), [-.infinity], shape: [])
            try expectValues(
                Tensor([.infinity, 1.0] as [Double]).logSumExp(), [.infinity], shape: [])
            try expectValues(Tensor([-.infinity, 0.0] as [Double]).softmax(), [0, 1])
            try expectValues(
                Tensor([.infinity, -.infinity, 2.0] as [Double]).logAddExp(
                    Tensor([.infinity, -.infinity, 2.0] as [Double])),
                [.infinity, -.infinity, 2 + log(2)], tolerance: 1e-15)
            expectFault(Tensor.zeros([2]).softmax(axis: 1), "softmax", "[2]", "ActivationTests")
        }
    }

    @Test func gradients() throws {
        try onEachDevice { () throws in
            let x = Tensor.normal([3, 4], deviation: 2, key: RandomKey(seed: 1), dtype: .float64)
            let y = Tensor.normal([3, 4], key: RandomKey(seed: 2), dtype: .float64)
            try expectGradients(at: [x]) { $0[0].softmax(axis: 0) }
            try expectGradients(at: [x]) { $0[0].logSoftmax() }
            try expectGradients(at: [x]) { $0[0].logSumExp(axes: [1]) }
            try expectGradients(at: [x, y]) { $0[0].logAddExp($0[1]) }
            try expectGradients(at: [x, x]) { $0[0].logAddExp($0[1]) }
            try expectGradients(at: [x]) { $0[0].glu() }
            try expectGradients(at: [x]) { $0[0].softplus() * $0[0].mish() * $0[0].gelu() }
        }
    }
}
