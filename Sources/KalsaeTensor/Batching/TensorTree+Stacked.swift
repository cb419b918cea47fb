import KalsaeGraph
import KalsaeSupport

extension TensorTree {
    /// The same tree `count` times, as one tree whose tensors have a leading axis: `[count, …]`.
    public func stacked(count: Int) -> Self {
        mapTensors { _, tensor in
            let single = tensor.expandingShape(at: 0)
            return single.broadcast(to: Shape([count] + tensor.shape.sizes))
        }
    }

    /// Member `index` of a stacked tree, without the leading axis.
    public func member(_ index: Int) -> Self {
        mapTensors { _, tensor in tensor[index] }
    }
}

extension Array where Element: TensorTree {
    /// Trees of one structure as one tree whose tensors have a leading axis, in the array's order.
    ///
    /// - Throws: a `KalsaeError` where the array is empty or structures differ.
    public func stacked() throws(KalsaeError) -> Element {
        guard let first else {
            throw KalsaeError("stacked", expected: "at least one tree", got: "none")
        }
        let members = map { $0.tensors.map(\.tensor) }
        let types = members[0].map(\.type)
        for (index, member) in members.enumerated() where member.map(\.type) != types {
            throw KalsaeError(
                "stacked", expected: "trees of the same tensors",
                got: "other types or another number in member \(index)")
        }
        return first.replacingTensors(
            types.indices.map { index in Tensor.stack(members.map { $0[index] }) })
    }
}
