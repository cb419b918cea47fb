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
            let buffer = try Buffer(byteCount: tensor.type.byteCount)
            try buffer.take(
                tensor.type.byteCount, at: 0, from: source.evaluatedBuffer(), at: member)
            return Tensor(
                node: TensorNode(
                    buffer, tensor.type, label: path.name, isParameter: tensor.node.isParameter))
        }
    }

    /// A stack of trees like this one.
    ///
    /// - Parameters:
    ///   - sources: its members, in order.
    ///   - stack: the stack that some of them are members of.
    func stacking(_ sources: [StackSource<Self>], of stack: Self?) throws -> Self {
        let old = stack?.tensors.map(\.tensor) ?? []
        let others = sources.map { source -> [Tensor] in
            guard case .tree(let tree) = source else { return [] }
            return tree.tensors.map(\.tensor)
        }
        var index = 0
        return try mapTensors { path, tensor in
            defer { index += 1 }
            let type = TensorType(tensor.dtype, Shape([sources.count] + tensor.shape.sizes))
            let buffer = try Buffer(byteCount: type.byteCount)
            for (slot, source) in sources.enumerated() {
                let (from, part) =
                    switch source {
                    case .member(let member): (old[index], member)
                    case .tree: (others[slot][index], 0)
                    }
                try buffer.take(
                    tensor.type.byteCount, at: slot, from: from.evaluatedBuffer(), at: part)
            }
            return Tensor(
                node: TensorNode(
                    buffer, type, label: path.name, isParameter: tensor.node.isParameter))
        }
    }
}

/// Where a member of a new stack comes from.
enum StackSource<Tree> {
    /// A member of the stack there is.
    case member(Int)
    /// A tree that was not stacked.
    case tree(Tree)
}

extension Buffer {
    /// Copies `size` bytes of another buffer, both divided into parts of that size.
    fileprivate func take(
        _ size: Int, at part: Int, from other: Buffer, at otherPart: Int
    ) throws(KalsaeError) {
        guard (part + 1) * size <= byteCount, (otherPart + 1) * size <= other.byteCount else {
            throw KalsaeError(
                "stack", expected: "members of \(size) bytes", got: "\(other.byteCount) bytes")
        }
        let target = try hostPointer() + part * size
        try other.withHostBytes { (bytes) throws(KalsaeError) in
            guard let start = bytes.baseAddress, size > 0 else { return }
            target.copyMemory(from: start + otherPart * size, byteCount: size)
        }
    }
}
