import FoundationEssentials
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Activations by name, as layers, and far out.
@Suite struct ActivationLayerTests {
    /// One row an activation: its values at -2, 0 and 3, from the formulas.
    static let rows: [(name: String, values: [Double])] = [
        ("identity", [-2, 0, 3]), ("relu", [0, 0, 3]), ("sigmoid", [0.11920292, 0.5, 0.95257413]),
        ("tanh", [-0.96402758, 0, 0.99505475]), ("softmax", [0.00637746, 0.04712342, 0.94649912]),
        ("step", [0, 0, 1]), ("step(2.5)", [0, 0, 1]), ("step(threshold: -3)", [1, 1, 1]),
        ("hardSigmoid", [1.0 / 6, 0.5, 1]), ("hardTanh", [-1, 0, 1]),
        ("softplus", [0.12692801, 0.69314718, 3.04858735]), ("softsign", [-2.0 / 3, 0, 0.75]),
        ("relu6", [0, 0, 3]), ("leakyRelu", [-0.02, 0, 3]), ("leakyRelu(0.1)", [-0.2, 0, 3]),
        ("elu", [-0.86466472, 0, 3]), ("selu", [-1.52016647, 0, 3.15210296]),
        ("celu(alpha: 2)", [-1.26424112, 0, 3]), ("celu", [-0.86466472, 0, 3]),
        ("gelu", [-0.04550026, 0, 2.99595031]), ("geluTanh", [-0.04540231, 0, 2.99636261]),
        ("silu", [-0.23840584, 0, 2.85772238]), ("swish", [-0.23840584, 0, 2.85772238]),
        ("hardSwish", [-1.0 / 3, 0, 3]), ("mish", [-0.25250148, 0, 2.98653500]),
        ("logSigmoid", [-2.12692801, -0.69314718, -0.04858735]),
        ("sinc", [0.45464871, 1, 0.04704000]),
        ("exponential", [0.13533528, 1, 20.08553692]),
        ("logSoftmax", [-5.05498524, -3.05498524, -0.05498524]),
    ]

    @Test func everyActivationHasARow() {
        let named = Set(Self.rows.compactMap { Activation(rawValue: $0.name)?.name })
        #expect(named == Set(Activation.all.map(\.name)).subtracting(["glu"]))
        #expect(Set(Activation.all).count == Activation.all.count)
    }

    @Test(arguments: rows.indices) func values(_ index: Int) throws {
        let (name, values) = Self.rows[index]
        let activation = try #require(Activation(rawValue: name))
        expectClose(
            ActivationLayer(activation)([-2, 0, 3]), values, shape: [3],
            tolerance: Tolerance(relative: 2e-6, absolute: 2e-6))
    }

    @Test(arguments: Activation.all) func isStableFarOut(_ activation: Activation) throws {
        var x: Tensor = [[-1e4, -100, -1, 0, 1, 1e4]]
        // The exponential of 1e4 is infinite.
        if activation == .exponential { x = x.clipped(to: -1e4...80) }
        let (value, slope) = valueAndGradient(at: x) { activation($0).sum() }
        #expect(try value.item().isFinite)
        #expect(try slope.values().allSatisfy(\.isFinite))
    }

    @Test func halvesTheLastAxis() throws {
        expectClose(Activation.glu([[2, 4, 0, 0]]), [1, 2], shape: [1, 2])
        expectFault(Activation.glu(.zeros([1, 3])), "glu")
    }

    @Test func keepsNameAndSettingsInFiles() throws {
        let list: [Activation] = [.relu, .leakyRelu(slope: 0.1), .step(at: 2), .hardTanh]
        let text = String(decoding: try JSONEncoder().encode(list), as: UTF8.self)
        #expect(
            text == #"["relu","leakyRelu(slope: 0.1)","step(threshold: 2)","hardTanh"]"#)
        #expect(try JSONDecoder().decode([Activation].self, from: Data(text.utf8)) == list)
        #expect(Activation(rawValue: "leakyRelu(0.1)") == .leakyRelu(slope: 0.1))
        #expect(Activation(rawValue: "hardTanh(low: -2, high: 2)")?([5.0]).shape == [1])
        #expect(Activation.leakyRelu(slope: 0.01) == .leakyRelu)
        for wrong in [
            "rlu", "relu(1)", "leakyRelu(a)", "leakyRelu(slope: 1 2)", "elu(0.1", "elu()x",
        ] {
            #expect(Activation(rawValue: wrong) == nil)
        }
        #expect(throws: KalsaeError.self) {
            try JSONDecoder().decode([Activation].self, from: Data(#"["rlu"]"#.utf8))
        }
    }

    @Test func aSlopeIsTrained() throws {
        let layer = PReLU(3, slope: 0.5)
        let x: Tensor = [[-2, 4, -6]]
        expectClose(layer(x), [-1, 4, -3], shape: [1, 3])
        let gradient = gradient(at: layer) { $0(x).sum() }
        expectClose(gradient.slope, [-2, 0, -6], shape: [3])
        #expect(layer.parameterCount == 3)
        #expect(layer.tensors.map(\.path.name) == ["slope"])
    }
}
