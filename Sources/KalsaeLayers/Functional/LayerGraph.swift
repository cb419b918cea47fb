import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A network of layers with several inputs and outputs, built from a ``Spec``.
///
/// A layer's parameters stand under its name: `left.weight`. With one input and one output the
/// graph is a layer like any other.
public struct LayerGraph: Layer, NamedComposition {
    /// What it was built from.
    public let spec: Spec
    /// The shape of each output, without the batch.
    public let outputShapes: [Shape]
    /// The layers of the nodes that have some.
    public private(set) var layers: [Entry]
    /// The layers are walked by name.
    public static let parts = Parts(\Self.layers)

    /// The layers of one node.
    public struct Entry: TensorTree, Sendable {
        /// The node's name.
        public let name: String
        /// Its layer.
        public var layer: any Layer

        /// Walks the layer's tensors.
        public mutating func forEachTensor<Failure: Error>(
            at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
        ) throws(Failure) {
            try layer.forEachTensor(at: path, body)
        }
    }

    var composition: [(name: String, part: any TensorTree)] { layers.map { ($0.name, $0.layer) } }

    /// Builds the graph, every input size inferred.
    ///
    /// - Throws: a `KalsaeError` that names the node: a name that comes twice or is not known, a
    ///   layer that does not fit.
    public init(_ spec: Spec) throws {
        self.spec = spec
        var shapes: [String: Shape] = [:]
        for input in spec.inputs {
            guard shapes[input.name] == nil, Shape(input.shape).isValid else {
                throw KalsaeError(
                    "graph input \(input.name)", expected: "a name of its own and valid sizes",
                    got: "\(input.shape)")
            }
            shapes[input.name] = Shape(input.shape)
        }
        layers = []
        for node in spec.nodes {
            let given = node.from.compactMap { shapes[$0] }
            guard shapes[node.name] == nil, !node.from.isEmpty, given.count == node.from.count,
                (node.layers == nil) != (node.merge == nil)
            else {
                throw KalsaeError(
                    "graph node \(node.name)",
                    expected: "a name of its own, a layer or a merging, inputs that stand before",
                    got: "inputs \(node.from.joined(separator: ", "))")
            }
            if let merge = node.merge {
                let merged = merge(given.map { .zeros(Shape([1] + $0.sizes)) })
                if let fault = merged.fault { throw fault.error.naming(node.name) }
                shapes[node.name] = Shape(merged.shape.dropFirst())
            } else if let specs = node.layers {
                let built = try LayerGraph.layer(specs, given, node.name)
                layers.append(Entry(name: node.name, layer: built.layer))
                shapes[node.name] = built.output
            }
        }
        outputShapes = try spec.outputs.map { name in
            guard let shape = shapes[name] else {
                throw KalsaeError("graph output", expected: "the name of a node", got: name)
            }
            return shape
        }
    }

    private static func layer(
        _ specs: [LayerSpec], _ given: [Shape], _ name: String
    ) throws -> (layer: any Layer, output: Shape) {
        guard let input = given.first, given.count == 1, let first = specs.first else {
            throw KalsaeError(
                "graph node \(name)", expected: "at least one layer on one tensor",
                got: "\(specs.count) layers on \(given.count)",
                advice: "merge several tensors first")
        }
        do {
            if specs.count == 1 { return try first.build(input: input) }
            return try LayerSpec.sequential(specs).build(input: input)
        } catch let error as KalsaeError {
            throw error.naming("graph node \(name)")
        }
    }

    /// The layers' names stand for the part's own, so that paths read `left.weight`.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        for index in layers.indices {
            try layers[index].forEachTensor(at: path.appending(layers[index].name), body)
        }
    }

    /// The outputs for the inputs, both in the order of the specification.
    public func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
        guard inputs.count == spec.inputs.count else {
            let refused = refusal(
                "graph", expected: "\(spec.inputs.count) inputs", got: "\(inputs.count)", inputs)
            return spec.outputs.map { _ in refused }
        }
        var values: [String: Tensor] = [:]
        for (input, tensor) in zip(spec.inputs, inputs) {
            let isFit = tensor.fault != nil || Array(tensor.shape.dropFirst()) == input.shape
            values[input.name] =
                isFit
                ? tensor
                : refusal(
                    "graph input \(input.name)", expected: "[batch] + \(Shape(input.shape))",
                    got: "\(tensor.shape)", [tensor])
        }
        var next = layers.makeIterator()
        for node in spec.nodes {
            let given = node.from.compactMap { values[$0] }
            if let merge = node.merge {
                values[node.name] = merge(given)
            } else if let entry = next.next(), let x = given.first {
                values[node.name] = entry.layer(x)
            }
        }
        return spec.outputs.compactMap { values[$0] }
    }

    /// The output for one input, of a graph that has one of each.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let outputs = self([x])
        guard let output = outputs.first, outputs.count == 1 else {
            return refusal("graph", expected: "one output", got: "\(outputs.count)", [x])
        }
        return output
    }
}
