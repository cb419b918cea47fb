import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import Testing

private struct Forgetful: Layer {
    var hidden = Dense(2, 3, activation: .relu)
    var norm = BatchNorm(3)
    var output = Dense(3, 1)
    static let parts = Parts(\Self.norm, \.output)
    func callAsFunction(_ x: Tensor) -> Tensor { output(norm(hidden(x))) }
}

private struct Whole: Layer {
    var hidden = Dense(2, 3, activation: .relu)
    var norm = BatchNorm(3)
    var output = Dense(3, 1)
    static let parts = Parts(\Self.hidden, \.norm, \.output)
    func callAsFunction(_ x: Tensor) -> Tensor { output(norm(hidden(x))) }
}

/// A layer that `parts` forgets is a fault, not a layer that stays as it was made.
@Suite struct UnlistedParameterTests {
    let x: Tensor = [[1, 2], [3, 4]]

    @Test func forgottenLayersAreFaults() {
        let (value, slope) = valueAndGradient(at: Forgetful()) { $0(x).sum() }
        #expect(value.fault?.description.contains("`parts`") == true)
        #expect(value.fault?.description.contains("a parameter float32[3]") == true)
        #expect(throws: TensorFault.self) { try slope.output.weight.values() }
        #expect(throws: TensorFault.self) {
            try gradient(at: Forgetful()) { $0(x).sum() }.evaluate()
        }
    }

    @Test func listedLayersAreNot() throws {
        let model = Whole()
        for _ in 0..<2 {
            let (value, slope) = valueAndGradient(at: model) { $0(x).sum() }
            #expect(value.fault == nil)
            #expect(try slope.hidden.weight.values().count == 6)
            // Parameters that have a value already are looked at as well.
            try model.evaluate()
        }
        // A gradient of a gradient sees the outer model's variables.
        let twice = gradient(at: model) { outer in
            gradient(at: outer) { $0(x).square().sum() }.output.weight.square().sum()
        }
        #expect(twice.output.weight.fault == nil)
    }

    @Test func otherModelsPassThroughStopGradient() throws {
        let (teacher, student) = (Dense(2, 1), Dense(2, 1))
        let slope = gradient(at: student) { ($0(x) - teacher(x)).square().sum() }
        #expect(slope.weight.fault != nil)
        let stopped = teacher.stopGradient()
        for target in [{ stopped(x) }, { teacher(x).stopGradient() }] {
            let slope = gradient(at: student) { ($0(x) - target()).square().sum() }
            #expect(try slope.weight.values().count == 2)
        }
        // Already known numbers are data.
        let answers = try teacher(x).evaluate()
        #expect(gradient(at: student) { ($0(x) - answers).square().sum() }.weight.fault == nil)
    }
}
