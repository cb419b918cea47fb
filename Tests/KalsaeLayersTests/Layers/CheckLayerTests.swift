import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Synchronization
import Testing

/// A layer with one fault, to see that the check finds it.
private struct Faulty: Layer {
    enum Kind: String, Codable { case none, gradient, impure, shape, missingParameter }

    struct Settings: LayerSettings {
        static let kind = "faulty"
        static let defaults = Self()
        var fault = Kind.none
        func layer(input: Shape) throws -> any Layer { Faulty(kind: fault) }
    }

    var kind: Kind
    var scale = Tensor.ones([2])
    private static let calls = Mutex(0.0)
    static let parts = Parts(\Self.scale)

    init(kind: Kind) { self.kind = kind }

    func callAsFunction(_ x: Tensor) -> Tensor {
        switch kind {
        case .none: return x * scale
        case .gradient:
            return withCustomGradient([x * scale], forward: { $0[0] }, backward: { [$0 * 1.5] })
        case .impure:
            let count = Self.calls.withLock { calls in
                calls += 1
                return calls
            }
            return x * scale + count
        case .shape: return x.shape[0] == 1 ? x * scale : (x * scale).flattened()
        case .missingParameter: return x * scale * .infinity
        }
    }
}

@Suite struct CheckLayerTests {
    private func mismatches(_ kind: Faulty.Kind) -> [String] {
        layerMismatches(LayerSpec(Faulty.Settings(fault: kind)), input: [2])
    }

    @Test func whatNoFileKnowsIsFound() {
        let found = mismatches(.none)
        #expect(found.count == 1)
        #expect(found.first?.contains("expected a layer: dense") == true)
    }

    @Test(arguments: [
        (Faulty.Kind.gradient, "gradients: inference"), (.impure, "two calls differ"),
        (.shape, "expected shape [2, 2], got [4]"), (.missingParameter, "not finite"),
    ])
    private func aPlantedFaultIsFound(_ kind: Faulty.Kind, _ text: String) {
        let found = mismatches(kind)
        #expect(found.contains { $0.contains(text) }, "\(found)")
    }
}
