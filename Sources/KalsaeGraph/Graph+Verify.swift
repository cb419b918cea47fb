import KalsaeSupport

extension Graph {
    /// Checks that the graph is well formed: operands come first, types follow from the rules,
    /// inputs and outputs exist. Throws the first rule that is broken.
    public func verify() throws(KalsaeError) {
        var seenInputs = Set<Int>()
        for (position, node) in nodes.enumerated() {
            let subject = "graph node %\(position) (\(node.primitive.name))"
            for operand in node.operands where !(0..<position).contains(operand) {
                throw KalsaeError(
                    subject, expected: "operands before the node", got: "%\(operand)")
            }
            let expected: TensorType
            if case .input(let index) = node.primitive {
                guard inputs.indices.contains(index), seenInputs.insert(index).inserted,
                    node.operands.isEmpty
                else {
                    throw KalsaeError(
                        subject, expected: "one node for each of \(inputs.count) inputs",
                        got: "input \(index)")
                }
                expected = inputs[index]
                guard expected.shape.isValid else {
                    throw KalsaeError(
                        subject, expected: "sizes of at least 0 and fewer than 2^44 elements",
                        got: "\(expected.shape)")
                }
            } else {
                expected = try node.primitive.resultType(of: node.operands.map { nodes[$0].type })
            }
            guard node.type == expected else {
                throw KalsaeError(subject, expected: "type \(expected)", got: "\(node.type)")
            }
        }
        for output in outputs where !nodes.indices.contains(output) {
            throw KalsaeError("graph output", expected: "a node of the graph", got: "%\(output)")
        }
    }
}

extension Graph: CustomStringConvertible {
    /// One line a node, as in `%2: float32[2, 3] = add(%0, %1)`, and a line with the outputs.
    public var description: String {
        var lines: [String] = []
        for (position, node) in nodes.enumerated() {
            var arguments = node.operands.map { "%\($0)" }
            let parameters = node.primitive.parameterText
            if !parameters.isEmpty { arguments.append(parameters) }
            let call = "\(node.primitive.name)(\(arguments.joined(separator: ", ")))"
            lines.append("%\(position): \(node.type) = \(call)")
        }
        lines.append("return " + outputs.map { "%\($0)" }.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }
}
