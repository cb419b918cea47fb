import KalsaeGraph
import KalsaeSupport

/// The part of a graph of tensors that depends on placeholders of one member: what is batched.
struct MappedRegion {
    private let bindings: MemberBindings
    private var graph = Graph()
    /// For each input of the graph the tensor that it stands for, and whether it has the leading axis.
    private var inputs: [(tensor: Tensor, isBatched: Bool)] = []
    /// The nodes of one member, at the positions of the graph.
    private var nodes: [TensorNode] = []
    private var positions: [ObjectIdentifier: Int] = [:]
    private var depends: [ObjectIdentifier: Bool] = [:]

    init(bindings: MemberBindings) { self.bindings = bindings }

    /// Adds a node and what it needs, operands first, without recursion: chains may be long.
    mutating func addOutput(_ target: TensorNode) {
        findDependence(of: target)
        var stack = [target]
        while let node = stack.last {
            let identity = ObjectIdentifier(node)
            if positions[identity] != nil {
                stack.removeLast()
                continue
            }
            if let tensor = bindings.values[identity] {
                addInput(node, tensor, isBatched: true)
                continue
            }
            guard depends[identity] == true, let source = node.source else {
                addInput(node, Tensor(node: node), isBatched: false)
                continue
            }
            let missing = source.operands.filter { positions[ObjectIdentifier($0)] == nil }
            guard missing.isEmpty else {
                stack += missing
                continue
            }
            let operands = source.operands.compactMap { positions[ObjectIdentifier($0)] }
            positions[identity] = graph.nodes.count
            graph.nodes.append(Node(source.primitive, operands, node.type))
            nodes.append(node)
        }
        if let position = positions[ObjectIdentifier(target)] { graph.outputs.append(position) }
    }

    private mutating func addInput(_ node: TensorNode, _ tensor: Tensor, isBatched: Bool) {
        positions[ObjectIdentifier(node)] = graph.addInput(node.type)
        inputs.append((tensor, isBatched))
        nodes.append(node)
    }

    /// Notes for a node and all that it is made of whether a placeholder is among it.
    private mutating func findDependence(of target: TensorNode) {
        var stack = [target]
        while let node = stack.last {
            let identity = ObjectIdentifier(node)
            guard depends[identity] == nil else {
                stack.removeLast()
                continue
            }
            guard bindings.values[identity] == nil, node.buffer == nil, let source = node.source
            else {
                depends[identity] = bindings.values[identity] != nil
                continue
            }
            let missing = source.operands.filter { depends[ObjectIdentifier($0)] == nil }
            guard missing.isEmpty else {
                stack += missing
                continue
            }
            depends[identity] = source.operands.contains { depends[ObjectIdentifier($0)] == true }
        }
    }

    /// The outputs as tensors with the leading axis.
    func instantiated() throws(KalsaeError) -> [Tensor] {
        let (batched, targets) = try graph.batchedWithPositions(
            count: bindings.count, inputs: inputs.map(\.isBatched))
        var origin: [Int: TensorNode] = [:]
        for (node, target) in zip(nodes, targets) where node.source != nil { origin[target] = node }
        var made: [TensorNode] = []
        made.reserveCapacity(batched.nodes.count)
        for (position, node) in batched.nodes.enumerated() {
            if case .input(let index) = node.primitive {
                made.append(inputs[index].tensor.node)
                continue
            }
            let operands = node.operands.map { made[$0] }
            let member = origin[position]
            let rule = batchedRule(of: member, targets, made)
            let all = TensorNode(
                node.primitive, operands, node.type, rule: rule, label: member?.label)
            if let member, TraceNotes.isRecording { TraceNotes.carry(from: member, to: all) }
            made.append(all)
        }
        return batched.outputs.map { Tensor(node: made[$0]) }
    }

    /// How the reverse walk passes through the batched node of a member's node.
    private func batchedRule(
        of member: TensorNode?, _ targets: [Int], _ made: [TensorNode]
    ) -> TensorNode.GradientRule {
        guard let member else { return .primitive }
        switch member.rule {
        case .primitive, .literal: return .primitive
        case .stop: return .stop
        case .custom(let inputs, let backward):
            let type = member.type
            let bindings = bindings
            // What the rule is given stands in front of the node, or is no part of the region.
            let nodes = inputs.map { input in
                let position = positions[ObjectIdentifier(input)]
                return position.flatMap {
                    made.indices.contains(targets[$0]) ? made[targets[$0]] : nil
                }
                    ?? input
            }
            return .custom(inputs: nodes) { upstream in
                let placeholder = TensorNode(
                    placeholder: type, keepsHistory: upstream.node.keepsHistory)
                var bindings = bindings
                bindings.values[ObjectIdentifier(placeholder)] = upstream
                let gradients = bindings.batched(backward(Tensor(node: placeholder)))
                // What all members share gets the sum of their gradients.
                return zip(gradients, nodes).map { gradient, node in
                    gradient.rank == node.type.shape.rank ? gradient : gradient.sum(axes: [0])
                }
            }
        }
    }
}
