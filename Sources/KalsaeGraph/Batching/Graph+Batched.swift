import KalsaeSupport

extension Graph {
    /// The graph that computes `count` members at once: what JAX calls `vmap`.
    ///
    /// Each input that is batched gets a leading axis of `count`, and so do all outputs; an input that
    /// is not is shared by the members. Member `i` of an output is what this graph computes for member
    /// `i` of the inputs. Every primitive has one rule (`Primitive.batched`); random numbers of a
    /// batched key are drawn for each member from its own key.
    ///
    /// - Parameters:
    ///   - count: the number of members, at least 1.
    ///   - isBatched: for each input, whether it gets the leading axis.
    /// - Throws: a `KalsaeError` where counts do not fit or a shape becomes too large.
    public func batched(count: Int, inputs isBatched: [Bool]) throws(KalsaeError) -> Graph {
        try batchedWithPositions(count: count, inputs: isBatched).graph
    }

    /// The same, and where each node of this graph stands in the new one.
    package func batchedWithPositions(
        count: Int, inputs isBatched: [Bool]
    ) throws(KalsaeError) -> (graph: Graph, positions: [Int]) {
        guard count >= 1, isBatched.count == inputs.count else {
            throw KalsaeError(
                "batched graph",
                expected: "a count from 1 and a flag for each of \(inputs.count) inputs",
                got: "\(count), \(isBatched.count) flags")
        }
        var batch = BatchingContext(count: count)
        var values: [BatchedValue] = []
        values.reserveCapacity(nodes.count)
        for node in nodes {
            values.append(try batch.add(node, values, isBatched))
        }
        for output in outputs {
            let position = try batch.stacked(values[output])
            batch.graph.outputs.append(position)
        }
        return (batch.graph, values.map(\.position))
    }
}

extension BatchingContext {
    /// Adds a node for all members, or once where all of its operands are shared.
    fileprivate mutating func add(
        _ node: Node, _ values: [BatchedValue], _ isBatched: [Bool]
    ) throws(KalsaeError) -> BatchedValue {
        if case .input(let index) = node.primitive {
            return try addInput(node.type, isBatched: isBatched[index])
        }
        let operands = node.operands.map { values[$0] }
        guard operands.contains(where: \.isBatched) else {
            let position = try graph.add(node.primitive, operands.map(\.position))
            return BatchedValue(position, isBatched: false)
        }
        let position = try node.primitive.batched(operands, type: node.type, in: &self)
        return BatchedValue(position, isBatched: true)
    }
}
