import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Layers in sequence: the output of each is the input of the next.
public struct Sequential: Layer, NamedComposition {
    /// The layers with their names, in order.
    public var layers: [Named]
    /// The specification it was built from, if it was.
    public let spec: [LayerSpec]?
    /// The shape of one input, without the batch, where it is known.
    public let inputShape: Shape?
    /// The shape of one output, without the batch, where it is known.
    public let outputShape: Shape?

    /// The layers, each under its name.
    public static let parts = Parts(\Self.layers)

    /// One layer with its name.
    public struct Named: TensorTree, Sendable {
        /// The name in paths, as in `dense1`.
        public let name: String
        /// The layer.
        public var layer: any Layer

        /// Walks the layer's tensors.
        public mutating func forEachTensor<Failure: Error>(
            at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
        ) throws(Failure) {
            try layer.forEachTensor(at: path, body)
        }
    }

    /// Makes a model of layers, named by their index: `0`, `1`, …
    public init(_ layers: any Layer...) {
        self.layers = layers.enumerated().map { Named(name: "\($0.offset)", layer: $0.element) }
        spec = nil
        inputShape = nil
        outputShape = nil
    }

    /// Builds a model from specifications, every input size inferred.
    ///
    /// - Parameters:
    ///   - specs: the layers as plain data.
    ///   - input: the shape of one input, without the batch.
    /// - Throws: a `KalsaeError` that names the layer which does not fit.
    public init(_ specs: [LayerSpec], input: Shape) throws {
        guard input.isValid, !specs.isEmpty else {
            throw KalsaeError(
                "network", expected: "at least one layer and a valid input shape",
                got: "\(specs.count) layers, input \(input)")
        }
        var shape = input
        var layers: [Named] = []
        var counts: [String: Int] = [:]
        for (position, spec) in specs.enumerated() {
            let built: (layer: any Layer, output: Shape)
            do {
                built = try spec.build(input: shape)
            } catch let error as KalsaeError {
                throw KalsaeError(
                    "layer \(position + 1): \(error.subject)", expected: error.expected,
                    got: error.got, advice: error.advice)
            }
            let number = counts[spec.name, default: 0] + 1
            counts[spec.name] = number
            layers.append(Named(name: "\(spec.name)\(number)", layer: built.layer))
            shape = built.output
        }
        self.layers = layers
        spec = specs
        inputShape = input
        outputShape = shape
    }

    init(_ layers: [Named], spec: [LayerSpec], input: Shape, output: Shape) {
        self.layers = layers
        self.spec = spec
        inputShape = input
        outputShape = output
    }

    var composition: [(name: String, part: any TensorTree)] { layers.map { ($0.name, $0.layer) } }

    /// The layers' names stand for the part's own, so that paths read `dense1.weight`.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        for index in layers.indices {
            try layers[index].forEachTensor(at: path.appending(layers[index].name), body)
        }
    }

    /// The output of the last layer.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        layers.reduce(x) { x, part in TraceNotes.within(part.name) { part.layer(x) } }
    }
}

extension Sequential {
    /// The settings of layers in sequence.
    public struct Settings: LayerSettings {
        /// `sequential`.
        public static let kind = "sequential"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["layers"]
        /// The layers, in order.
        public var layers: [LayerSpec] = []

        /// The layers for inputs of a shape.
        public func layer(input: Shape) throws -> any Layer { try Sequential(layers, input: input) }
    }
}

extension LayerSpec {
    /// Layers in sequence; see ``Sequential``.
    public static func sequential(_ layers: [LayerSpec]) -> LayerSpec {
        LayerSpec(Sequential.Settings(layers: layers))
    }
}
