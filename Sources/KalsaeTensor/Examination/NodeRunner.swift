import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// Computes nodes of a graph one at a time, each by the backend's own kernels.
struct NodeRunner {
    let backend: any Backend
    private var plans: [Graph: any Plan] = [:]

    init(_ backend: any Backend) { self.backend = backend }

    /// The value of a node that is no input, from those of its operands.
    mutating func value(
        of node: Node, _ values: [(buffer: Buffer, type: TensorType)]
    ) throws(KalsaeError) -> Buffer {
        var graph = Graph()
        var (operands, inputs) = ([Int](), [Buffer]())
        for (buffer, type) in values {
            // An operand that stands twice is one input.
            if let known = inputs.firstIndex(where: { $0 === buffer }), graph.inputs[known] == type
            {
                operands.append(known)
            } else {
                operands.append(graph.addInput(type))
                inputs.append(buffer)
            }
        }
        graph.nodes.append(Node(node.primitive, operands, node.type))
        graph.outputs = [graph.nodes.count - 1]
        let plan: any Plan
        if let known = plans[graph] {
            plan = known
        } else {
            plan = try backend.compile(graph, options: PlanOptions())
            plans[graph] = plan
        }
        let output = try backend.makeBuffer(byteCount: node.type.byteCount)
        try plan.run(inputs: inputs, outputs: [output])
        return output
    }
}
