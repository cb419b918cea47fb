import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Layers under gradient checkpointing (Chen et al., 2016): their activations are computed a
/// second time in the backward pass instead of stored.
///
/// The output is that of the layers, dropout included. Training takes the memory of the input
/// instead of that of all activations inside, and the time of a second forward pass. It pays around
/// each of several parts of about the same size, as the blocks of a transformer.
public struct Checkpointed: Layer {
    /// The layers.
    public var inner: Sequential
    /// The layers.
    public static let parts = Parts(\Self.inner)

    /// The settings of checkpointed layers.
    public struct Settings: LayerSettings {
        /// `checkpointed`.
        public static let kind = "checkpointed"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["layers"]
        /// The layers.
        public var layers: [LayerSpec] = []

        /// The layer for inputs of a shape.
        public func layer(input: Shape) throws -> any Layer {
            Checkpointed(try Sequential(layers, input: input))
        }
    }

    /// Makes the layer.
    public init(_ inner: Sequential) { self.inner = inner }

    /// The output of the layers.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let parameters = inner.tensors.filter { $0.path.role == .parameter }.map(\.tensor)
        let (scope, calls) = (StepScope.current, StepScope.current?.calls ?? 0)
        // The key is an input, so that dropout masks are drawn again instead of stored.
        let key = scope.map { [$0.key.tensor] } ?? []
        return checkpointed(
            [x] + parameters + key, { [inner] in output(of: inner, $0) },
            secondPass: { [inner] inputs in
                guard let scope else { return output(of: inner, inputs) }
                return scope.replaying(from: calls, key: RandomKey(inputs[inputs.count - 1])) {
                    output(of: inner, inputs)
                }
            })
    }
}

/// The output of layers for an input and with parameters, in the order of the walk.
private func output(of layers: Sequential, _ inputs: [Tensor]) -> Tensor {
    var next = 0
    let replaced = layers.mapTensors { path, tensor in
        guard path.role == .parameter else { return tensor }
        next += 1
        return inputs[next]
    }
    return replaced(inputs[0])
}

extension LayerSpec {
    /// Layers under gradient checkpointing; see ``Checkpointed``.
    public static func checkpointed(_ layers: [LayerSpec]) -> LayerSpec {
        LayerSpec(Checkpointed.Settings(layers: layers))
    }
}
