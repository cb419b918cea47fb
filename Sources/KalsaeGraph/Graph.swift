import KalsaeSupport

/// One operation of a graph: its operands are positions of earlier nodes.
public struct Node: Hashable, Codable, Sendable {
    /// What is done.
    public var primitive: Primitive
    /// The positions of its operands in the graph's `nodes`, each smaller than its own.
    public var operands: [Int]
    /// The type of its result.
    public var type: TensorType

    /// Makes a node.
    public init(_ primitive: Primitive, _ operands: [Int], _ type: TensorType) {
        self.primitive = primitive
        self.operands = operands
        self.type = type
    }
}

/// A computation as plain data: nodes in an order in which they can be computed.
///
/// Equal graphs are equal values, which is what the plan cache looks up.
public struct Graph: Hashable, Codable, Sendable {
    /// The operations, operands first.
    public var nodes: [Node]
    /// The types of the inputs, by position.
    public var inputs: [TensorType]
    /// The positions of the nodes whose values are asked for.
    public var outputs: [Int]

    /// An empty graph.
    public init() {
        nodes = []
        inputs = []
        outputs = []
    }

    /// Adds an input and returns its node's position.
    public mutating func addInput(_ type: TensorType) -> Int {
        nodes.append(Node(.input(inputs.count), [], type))
        inputs.append(type)
        return nodes.count - 1
    }

    /// Adds an operation, its type inferred, and returns its position.
    public mutating func add(
        _ primitive: Primitive, _ operands: [Int] = []
    ) throws(KalsaeError) -> Int {
        var types: [TensorType] = []
        for operand in operands { types.append(nodes[operand].type) }
        let type = try primitive.resultType(of: types)
        nodes.append(Node(primitive, operands, type))
        return nodes.count - 1
    }

    /// The types of the outputs.
    public var outputTypes: [TensorType] { outputs.map { nodes[$0].type } }
}
