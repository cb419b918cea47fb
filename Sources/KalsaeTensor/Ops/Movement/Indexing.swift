import KalsaeGraph

extension Tensor {
    /// A part of the tensor: positions, ranges, strides, new axes, as in NumPy.
    ///
    /// `x[0]`, `x[1..., ..<3]`, `x[.ellipsis, -1]`, `x[.all, .newAxis]`,
    /// `x[stride(from: 0, to: 10, by: 2)]`. Positions and bounds count from the end if negative;
    /// bounds beyond the border are cut, positions beyond it are a fault.
    public subscript<each Entry: TensorIndexable>(_ entries: repeat each Entry) -> Tensor {
        guard fault == nil else { return self }
        var list: [TensorIndex] = []
        repeat list.append((each entries).tensorIndex)
        return sliced(list)
    }

    /// A part of the tensor, by a list of entries.
    public func sliced(_ entries: [TensorIndex]) -> Tensor {
        guard let full = expanded(entries) else {
            return .fault(
                "subscript", expected: "at most \(rank) positions and one ellipsis for \(shape)",
                got: "\(entries.count) entries", operands: [self])
        }
        var slice = SliceParameters(starts: [], counts: [], strides: [])
        var sizes: [Int] = []
        for entry in full {
            let axis = slice.starts.count
            switch entry {
            case .addedAxis: sizes.append(1)
            case .rest: break
            case .at(let position):
                let size = shape[axis]
                let index = position < 0 ? position + size : position
                guard (0..<size).contains(index) else {
                    return .fault(
                        "subscript", expected: "a position from \(-size) to \(size - 1)",
                        got: "\(position) for axis \(axis) of \(shape)", operands: [self])
                }
                slice.append(start: index, count: 1, stride: 1)
            case .range(let start, let end, let step):
                guard step != 0, step != .min else {
                    return .fault(
                        "subscript", expected: "a step other than 0", got: "\(step)",
                        operands: [self])
                }
                let (first, count) = TensorIndex.clamp(start, end, step, size: shape[axis])
                // The step of a single element may be anything; the gradient wants a small one.
                slice.append(start: first, count: count, stride: count > 1 ? step : 1)
                sizes.append(count)
            }
        }
        let isWhole = slice.counts == shape.sizes && slice.strides.allSatisfy { $0 == 1 }
        let part = isWhole ? self : Tensor.apply(.slice(slice), [self])
        return part.reshaped(to: Shape(sizes))
    }

    /// The entries with the ellipsis written out; nil where they do not fit.
    private func expanded(_ entries: [TensorIndex]) -> [TensorIndex]? {
        var used = 0
        var ellipses = 0
        for entry in entries {
            switch entry {
            case .at, .range: used += 1
            case .rest: ellipses += 1
            case .addedAxis: break
            }
        }
        guard used <= rank, ellipses <= 1 else { return nil }
        let rest = [TensorIndex](repeating: .all, count: rank - used)
        guard ellipses == 1 else { return entries + rest }
        return entries.flatMap { entry -> [TensorIndex] in
            if case .rest = entry { rest } else { [entry] }
        }
    }

    /// An axis of size 1 inserted at an index; negative indices count from the end of the result.
    public func expandingShape(
        at axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        let index = axis < 0 ? axis + rank + 1 : axis
        guard (0...rank).contains(index) else {
            return .fault(
                "expandingShape", expected: "an index from \(-rank - 1) to \(rank)", got: "\(axis)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        var sizes = shape.sizes
        sizes.insert(1, at: index)
        return reshaped(to: Shape(sizes))
    }

    /// The shape without an axis of size 1, or without all of them.
    public func squeezingShape(
        at axis: Int? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard let axis else { return reshaped(to: Shape(shape.filter { $0 != 1 })) }
        guard let index = shape.normalized(axis: axis), shape[index] == 1 else {
            return .fault(
                "squeezingShape", expected: "an axis of size 1", got: "axis \(axis) of \(shape)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        var sizes = shape.sizes
        sizes.remove(at: index)
        return reshaped(to: Shape(sizes))
    }

    /// Tensors of one shape along a new axis.
    public static func stack(
        _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        concatenate(
            tensors.map { $0.expandingShape(at: axis, file: file, line: line) }, axis: axis,
            file: file, line: line)
    }

    /// The tensor cut along an axis into parts of the given sizes, which must add up.
    public func split(
        sizes: [Int], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        guard fault == nil else { return sizes.map { _ in self } }
        // One by one: a sum of sizes might leave the range of Int, and come back to the right one.
        let index = shape.normalized(axis: axis)
        let rest = sizes.reduce(index.map { shape[$0] }) { rest, size in
            rest.flatMap { size >= 0 && size <= $0 ? $0 - size : nil }
        }
        guard let index, rest == 0 else {
            let fault = Tensor.fault(
                "split", expected: "sizes that add up to axis \(axis) of \(shape)",
                got: "\(sizes)", operands: [self], site: CallSite(file: file, line: line))
            return sizes.map { _ in fault }
        }
        var start = 0
        return sizes.map { size in
            defer { start += size }
            let before = [TensorIndex](repeating: .all, count: index)
            return sliced(before + [.range(start: start, end: start + size, step: 1)])
        }
    }
}
