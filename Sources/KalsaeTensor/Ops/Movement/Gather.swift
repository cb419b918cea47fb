import KalsaeGraph

extension Tensor {
    /// Entries of an axis by number: `values[…, indices, …]`; an index out of range is thrown
    /// when the value is asked for.
    ///
    /// `indices` (`int32`, `int64`) may have any shape; its axes replace `axis`.
    public func gathered(
        at indices: Tensor, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        for operand in [self, indices] where operand.fault != nil { return operand }
        let index = shape.normalized(axis: axis) ?? axis
        return .apply(
            .gather(axis: index), [self, indices], site: CallSite(file: file, line: line))
    }

    /// This tensor with `updates` added to entries of an axis by number; repeated ones add up.
    public func scatterAdding(
        _ updates: Tensor, at indices: Tensor, axis: Int = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        for operand in [self, updates, indices] where operand.fault != nil { return operand }
        let index = shape.normalized(axis: axis) ?? axis
        return .apply(
            .scatterAdd(axis: index), [self, indices, updates],
            site: CallSite(file: file, line: line))
    }

    /// One element of `axis` for each entry of `indices`, which has this tensor's rank.
    ///
    /// As `torch.gather` and `numpy.take_along_axis`: `result[i, j] = self[i, indices[i, j]]` for
    /// the last axis. All other sizes must agree. An index out of range is thrown when the value
    /// is asked for.
    public func taken(
        along indices: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        for operand in [self, indices] where operand.fault != nil { return operand }
        var expected = shape
        let index = shape.normalized(axis: axis) ?? 0
        if rank > 0, indices.rank == rank { expected[index] = indices.shape[index] }
        guard rank > 0, shape.normalized(axis: axis) != nil, indices.shape == expected else {
            return .fault(
                "taken", expected: "indices of shape \(expected)", got: "\(indices.shape)",
                operands: [self, indices], site: CallSite(file: file, line: line))
        }
        let isInside = (indices .>= 0) .& (indices .< Double(shape[index]))
        return taken(along: indices, axis: index, where: isInside, CallSite(file: file, line: line))
    }

    /// The same for indices that are inside, at least where `isInside` is true.
    ///
    /// The position of each element in the flattened tensor: the axis's part from the indices,
    /// every other axis's part by counting. A false index would name an element of another row,
    /// so it is made one that no tensor has.
    func taken(
        along indices: Tensor, axis index: Int, where isInside: Tensor? = nil, _ site: CallSite
    ) -> Tensor {
        for operand in [self, indices] where operand.fault != nil { return operand }
        let strides = shape.strides
        var position = indices.cast(to: .int64) * Double(strides[index])
        for axis in shape.indices where axis != index {
            let iota = Tensor.positions(indices.shape, axis: axis, dtype: .int64)
            position += iota * Double(strides[axis])
        }
        if let isInside { position = position.replacing(with: -1, where: !isInside) }
        return .apply(.gather(axis: 0), [flattened(), position], site: site)
    }
}

enum GatherOperation {
    static func gradient(_ context: GradientContext, axis: Int, for index: Int) -> Tensor? {
        guard index == 0 else { return nil }
        return Tensor.zeros(like: context.operands[0]).scatterAdding(
            context.upstream, at: context.operands[1], axis: axis)
    }
}

enum ScatterAddOperation {
    static func gradient(_ context: GradientContext, axis: Int, for index: Int) -> Tensor? {
        switch index {
        case 0: context.upstream
        case 2: context.upstream.gathered(at: context.operands[1], axis: axis)
        default: nil
        }
    }
}
