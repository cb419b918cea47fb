extension Simplifier {
    /// A transposed last pair of axes is read transposed by the product itself.
    mutating func matrixProduct(
        _ parameters: MatrixProductParameters, _ node: Node
    ) -> Int {
        var (parameters, node) = (parameters, node)
        for side in 0...1 {
            guard case .transpose(let permutation) = primitive(node.operands[side]) else {
                continue
            }
            var swapped = Array(permutation.indices)
            guard swapped.count >= 2 else { continue }
            swapped.swapAt(swapped.count - 1, swapped.count - 2)
            guard permutation == swapped else { continue }
            node.operands[side] = operand(node.operands[side])
            if side == 0 { parameters.transposeLeft.toggle() }
            if side == 1 { parameters.transposeRight.toggle() }
        }
        node.primitive = .matrixProduct(parameters)
        for side in 0...1 {
            guard let (values, scale) = scaledBytes(node.operands[side]) else { continue }
            node.operands[side] = values
            let product = append(node)
            let factor = spread(scale, to: node.type)
            return append(Node(.binary(.multiply), [product, factor], node.type))
        }
        return append(node)
    }

    /// Bytes as floats that are multiplied by one number, and that number: `(s x) · w = s (x · w)`,
    /// and x without s is exact.
    private mutating func scaledBytes(_ position: Int) -> (values: Int, scale: Int)? {
        var source = position
        while case .reshape = primitive(source) { source = operand(source) }
        guard case .binary(.multiply) = primitive(source) else { return nil }
        let factors = graph.nodes[source].operands
        for (values, other) in [(factors[0], factors[1]), (factors[1], factors[0])] {
            guard case .cast = primitive(values),
                graph.nodes[operand(values)].type.dtype == .uint8, let scale = single(other)
            else { continue }
            let type = graph.nodes[position].type
            if graph.nodes[values].type == type { return (values, scale) }
            return (append(Node(.reshape(type.shape), [values], type)), scale)
        }
        return nil
    }

    /// The one element that is repeated everywhere, if there is one.
    private func single(_ position: Int) -> Int? {
        var source = position
        while true {
            switch primitive(source) {
            case .broadcast, .reshape: source = operand(source)
            default: return graph.nodes[source].type.shape.elementCount == 1 ? source : nil
            }
        }
    }

    private mutating func spread(_ element: Int, to type: TensorType) -> Int {
        var (source, ones) = (element, type)
        ones.shape = Shape(type.shape.map { _ in 1 })
        if graph.nodes[source].type != ones {
            source = append(Node(.reshape(ones.shape), [source], ones))
        }
        return append(Node(.broadcast(type.shape), [source], type))
    }
}
