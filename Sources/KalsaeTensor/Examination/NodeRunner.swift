import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

/// Computes nodes of a graph one at a time, each by the backend's own kernels.
struct NodeRunner {
    private let device: Device
    private var plans: [Graph: any Plan] = [:]

    init(_ device: Device) { self.device = device }

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
            plan = try device.plans.backend.compile(
                graph, options: PlanOptions(precision: device.precision))
            plans[graph] = plan
        }
        let output = try device.plans.backend.makeBuffer(byteCount: node.type.byteCount)
        try plan.run(inputs: inputs, outputs: [output])
        return output
    }
}
