import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

extension LayerGraph {
    /// A network with several inputs and outputs as plain data.
    ///
    /// ```swift
    /// let spec = LayerGraph.Spec(
    ///     inputs: [.init("a", [64]), .init("b", [128])],
    ///     nodes: [
    ///         .layer("left", .dense(units: 8, activation: .relu), of: "a"),
    ///         .layer("right", .dense(units: 8, activation: .relu), of: "b"),
    ///         .merge("both", .concatenate, of: ["left", "right"]),
    ///         .layer("result", .dense(units: 1), of: "both"),
    ///     ], outputs: ["result"])
    /// ```
    public struct Spec: Codable, Hashable, Sendable {
        /// The inputs, in the order of a call.
        public var inputs: [Input]
        /// The nodes in topological order.
        public var nodes: [Node]
        /// The names of what comes out.
        public var outputs: [String]

        /// Makes a specification.
        public init(inputs: [Input], nodes: [Node], outputs: [String]) {
            self.inputs = inputs
            self.nodes = nodes
            self.outputs = outputs
        }
    }

    /// An input of a graph.
    public struct Input: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// The sizes of one input, without the batch.
        public var shape: [Int]

        /// Makes an input.
        public init(_ name: String, _ shape: [Int]) {
            self.name = name
            self.shape = shape
        }
    }

    /// A node of a graph: a layer on one tensor, or a merging of several.
    public struct Node: Codable, Hashable, Sendable {
        /// Its name.
        public var name: String
        /// The names of what it uses: inputs and earlier nodes.
        public var from: [String]
        /// The layers, in sequence; nil for a merging.
        public var layers: [LayerSpec]?
        /// How the tensors become one; nil for layers.
        public var merge: Merge?

        /// Layers in sequence on one tensor.
        public static func layer(_ name: String, _ layers: LayerSpec..., of from: String) -> Node {
            Node(name: name, from: [from], layers: layers, merge: nil)
        }

        /// Several tensors as one.
        public static func merge(_ name: String, _ merge: Merge, of from: [String]) -> Node {
            Node(name: name, from: from, layers: nil, merge: merge)
        }
    }
}
