import KalsaeBackend
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Members of stacked trees, copied byte by byte: a plan for each member or choice would have to be
/// compiled.
extension TensorTree {
    /// A member of this stack in the structure of a single tree.
    func copied(member: Int, into single: Self) throws -> Self {
        var sources = tensors.makeIterator()
        return try single.mapTensors { path, tensor in
            guard let source = sources.next()?.tensor else { return tensor }
            let buffer = try source.evaluatedBuffer().copied(members: [member], of: source.type)
            return Tensor(
                node: TensorNode(
                    buffer, tensor.type, label: path.name, isParameter: tensor.node.isParameter))
        }
    }

    /// The stack of some of its members.
    func copied(members: [Int]) throws -> Self {
        try mapTensors { path, tensor in
            let buffer = try tensor.evaluatedBuffer().copied(members: members, of: tensor.type)
            let type = TensorType(
                tensor.dtype, Shape([members.count] + tensor.shape.sizes.dropFirst()))
            return Tensor(
                node: TensorNode(
                    buffer, type, label: path.name, isParameter: tensor.node.isParameter))
        }
    }
}

extension Buffer {
    /// The bytes of some members of a stacked tensor, one behind the other.
    fileprivate func copied(
        members: [Int], of type: TensorType
    ) throws(KalsaeError) -> Buffer {
        let size = type.byteCount / max(type.shape.first ?? 1, 1)
        let copy = try Buffer(byteCount: members.count * size)
        let target = try copy.hostPointer()
        try withHostBytes { (bytes) throws(KalsaeError) in
            guard let start = bytes.baseAddress else { return }
            for (index, member) in members.enumerated() {
                (target + index * size).copyMemory(
                    from: start + member * size, byteCount: size)
            }
        }
        return copy
    }
}
