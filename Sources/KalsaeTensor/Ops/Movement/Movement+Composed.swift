import KalsaeGraph

extension Tensor {
    /// One axis moved to another index; the others keep their order.
    public func movedAxis(
        from source: Int, to target: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard let from = shape.normalized(axis: source), let to = shape.normalized(axis: target)
        else {
            return .fault(
                "movedAxis", expected: "axes of \(shape)", got: "\(source), \(target)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        var permutation = Array(0..<rank)
        permutation.insert(permutation.remove(at: from), at: to)
        return transposed(permutation: permutation)
    }

    /// The axes `first` to `last`, both included, as one: `[a, b, c] → [a, b·c]` from 1.
    public func flattened(
        from first: Int, to last: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard let from = shape.normalized(axis: first), let to = shape.normalized(axis: last),
            from <= to
        else {
            return .fault(
                "flattened", expected: "two axes of \(shape) in order", got: "\(first), \(last)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        var sizes = shape.sizes
        sizes.replaceSubrange(from...to, with: [sizes[from...to].reduce(1, *)])
        return reshaped(to: Shape(sizes))
    }

    /// One axis cut into several, of which one size may be -1: the rest.
    public func unflattened(
        axis: Int, into sizes: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "unflattened", CallSite(file: file, line: line)) { axis in
            var parts = sizes
            if let open = sizes.firstIndex(of: -1) {
                parts[open] = 1
                let known = Shape(parts).isValid ? Shape(parts).elementCount : 0
                let fits = known > 0 && shape[axis] % known == 0
                parts[open] = fits ? shape[axis] / known : -1
            }
            var result = shape.sizes
            result.replaceSubrange(axis...axis, with: parts)
            return reshaped(to: Shape(result), file: file, line: line)
        }
    }

    /// An axis cut into a number of parts as equal as possible, the larger ones first.
    public func chunked(
        into parts: Int, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        guard fault == nil else { return (0..<Swift.max(parts, 1)).map { _ in self } }
        guard let index = shape.normalized(axis: axis),
            (1...Swift.max(shape[index], 1)).contains(parts)
        else {
            return [
                .fault(
                    "chunked", expected: "an axis of \(shape), at most as many parts as entries",
                    got: "\(parts) parts of axis \(axis)", operands: [self],
                    site: CallSite(file: file, line: line))
            ]
        }
        let (size, larger) = shape[index].quotientAndRemainder(dividingBy: parts)
        return split(sizes: (0..<parts).map { $0 < larger ? size + 1 : size }, axis: index)
    }

    /// The entries of an axis one by one, without that axis; one faulty tensor for an axis that
    /// there is not.
    public func unstacked(
        axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        guard fault == nil, let index = shape.normalized(axis: axis) else {
            return [withAxis(axis, "unstacked", CallSite(file: file, line: line)) { _ in self }]
        }
        let before = [TensorIndex](repeating: .all, count: index)
        return (0..<shape[index]).map { sliced(before + [.at($0)]) }
    }

    /// This tensor with entries of an axis replaced by `updates`, by number; those named more
    /// than once get the sum of their updates.
    public func scattering(
        _ updates: Tensor, at indices: Tensor, axis: Int = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "scattering", CallSite(file: file, line: line)) { axis in
            let sums = Tensor.zeros(like: self).scatterAdding(
                updates, at: indices, axis: axis, file: file, line: line)
            guard sums.fault == nil else { return sums }
            var sizes = shape.map { _ in 1 }
            sizes[axis] = shape[axis]
            let hits = Tensor.zeros([shape[axis]], dtype: .int32).scatterAdding(
                .ones(indices.shape, dtype: .int32), at: indices)
            return (hits .> 0).reshaped(to: Shape(sizes)).select(sums, self)
        }
    }
}
