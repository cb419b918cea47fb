import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Two recurrent layers, one from the start and one from the end, their outputs side by side
/// (Schuster and Paliwal, 1997).
///
/// Output `[batch, 2 · units]`, or `[batch, time, 2 · units]` in the order of time. The second
/// layer's last output is that for the first step.
public struct Bidirectional: Layer, NamedComposition {
    /// From the start to the end.
    public var forward: any RecurrentLayer
    /// From the end to the start.
    public var backward: any RecurrentLayer
    /// Not used: the two layers are walked by name.
    public static let parts = Parts<Self>()

    /// The settings of a layer in both directions.
    public struct Settings: LayerSettings {
        /// `bidirectional`.
        public static let kind = "bidirectional"
        /// Default settings.
        public static let defaults = Self(inner: .lstm(units: 0))
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["of"]
        /// The recurrent layer.
        public var inner: LayerSpec

        enum CodingKeys: String, CodingKey { case inner = "of" }

        /// The layer for `[time, in]`.
        public func layer(input: Shape) throws -> any Layer {
            guard let forward = try inner.build(input: input).layer as? any RecurrentLayer,
                let backward = try inner.build(input: input).layer as? any RecurrentLayer
            else {
                throw KalsaeError(
                    Self.kind, expected: "a recurrent layer", got: inner.name,
                    advice: "use simpleRNN, lstm or gru")
            }
            return Bidirectional(forward, backward)
        }
    }

    /// Joins two layers of one kind and size.
    public init(_ forward: any RecurrentLayer, _ backward: any RecurrentLayer) {
        self.forward = forward
        self.backward = backward
    }

    var composition: [(name: String, part: any TensorTree)] {
        [("forward", forward), ("backward", backward)]
    }

    /// Walks both layers.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try forward.forEachTensor(at: path.appending("forward"), body)
        try backward.forEachTensor(at: path.appending("backward"), body)
    }

    /// The layer's output.
    public func callAsFunction(_ x: Tensor) -> Tensor { output(x, mask: nil) }

    /// The layer's output; where the mask `[batch, time]` is false, a step changes nothing.
    public func callAsFunction(_ x: Tensor, mask: Tensor) -> Tensor { output(x, mask: mask) }

    private func output(_ x: Tensor, mask: Tensor?) -> Tensor {
        let first = forward.run(x, mask: mask).output
        var second = backward.run(x, mask: mask, isReversed: true).output
        for tensor in [first, second] where tensor.fault != nil { return tensor }
        if backward.returnsSequences { second = second.reversed(axes: [1]) }
        return .concatenate([first, second], axis: -1)
    }
}

extension LayerSpec {
    /// A recurrent layer in both directions; see ``Bidirectional``.
    public static func bidirectional(_ inner: LayerSpec) -> LayerSpec {
        LayerSpec(Bidirectional.Settings(inner: inner))
    }
}
