import KalsaeGraph

extension Tensor {
    /// The same elements in row-major order under another shape; one size may be -1: the rest.
    public func reshaped(
        to shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        var target = shape
        if let open = shape.sizes.firstIndex(of: -1) {
            target[open] = 1
            let known = target.isValid ? target.elementCount : 0
            target[open] = known > 0 && count % known == 0 ? count / known : -1
        }
        guard target != self.shape else { return self }
        return .apply(.reshape(target), [self], site: CallSite(file: file, line: line))
    }

    /// All elements as a vector.
    public func flattened() -> Tensor { reshaped(to: [count]) }

    /// Repeats axes of size 1, and adds axes in front, to give `shape`.
    public func broadcast(
        to shape: Shape, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil, shape != self.shape else { return self }
        let site = CallSite(file: file, line: line)
        guard shape.isValid, rank <= shape.rank else {
            return .fault(
                "broadcast", expected: "at least \(rank) axes of valid sizes", got: "\(shape)",
                operands: [self], site: site)
        }
        let ones = [Int](repeating: 1, count: shape.rank - rank)
        let lifted = reshaped(to: Shape(ones + self.shape.sizes))
        return lifted.shape == shape ? lifted : .apply(.broadcast(shape), [lifted], site: site)
    }

    /// Axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor.
    public func transposed(
        permutation: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil, permutation != Array(0..<rank) else { return self }
        return .apply(
            .transpose(permutation), [self], site: CallSite(file: file, line: line))
    }

    /// The last two axes swapped.
    public func transposed(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        swappingAxes(-1, -2, file: file, line: line)
    }

    /// Two axes swapped; negative numbers count from the last.
    public func swappingAxes(
        _ first: Int, _ second: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        guard let first = shape.normalized(axis: first),
            let second = shape.normalized(axis: second)
        else {
            return .fault(
                "swappingAxes", expected: "axes of \(shape)", got: "\(first), \(second)",
                operands: [self], site: CallSite(file: file, line: line))
        }
        var permutation = Array(0..<rank)
        permutation.swapAt(first, second)
        return transposed(permutation: permutation)
    }

    /// Pads each axis with `value`: `low` elements in front, `high` behind.
    public func padded(
        low: [Int], high: [Int], value: Double = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        return .apply(
            .pad(PadParameters(low: low, high: high)), [self, scalar(value)],
            site: CallSite(file: file, line: line))
    }

    /// Tensors one behind the other along an axis.
    public static func concatenate(
        _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        for tensor in tensors where tensor.fault != nil { return tensor }
        let axis = tensors.first?.shape.normalized(axis: axis) ?? axis
        if tensors.count == 1, tensors[0].shape.indices.contains(axis) { return tensors[0] }
        return .apply(
            .concatenate(axis: axis), tensors, site: CallSite(file: file, line: line))
    }
}

enum BroadcastOperation {
    static func gradient(_ context: GradientContext) -> Tensor? {
        let shape = context.operand.shape
        let axes = shape.indices.filter { shape[$0] != context.upstream.shape[$0] }
        return context.upstream.sum(axes: axes, keepsAxes: true)
    }
}

enum TransposeOperation {
    static func gradient(_ context: GradientContext, _ permutation: [Int]) -> Tensor? {
        inverse(context.upstream, permutation)
    }

    /// The tensor whose transposition by `permutation` this is.
    static func inverse(_ transposed: Tensor, _ permutation: [Int]) -> Tensor {
        var inverse = permutation
        for (position, axis) in permutation.enumerated() { inverse[axis] = position }
        return transposed.transposed(permutation: inverse)
    }
}

enum ConcatenateOperation {
    static func gradient(_ context: GradientContext, axis: Int, for index: Int) -> Tensor? {
        let shape = context.operands[index].shape
        var starts = [Int](repeating: 0, count: shape.rank)
        starts[axis] = context.offset
        let strides = [Int](repeating: 1, count: shape.rank)
        return .apply(
            .slice(SliceParameters(starts: starts, counts: shape.sizes, strides: strides)),
            [context.upstream])
    }
}

extension PadParameters {
    func gradient(_ context: GradientContext, for index: Int) -> Tensor? {
        let shape = context.operands[0].shape
        let taken = Tensor.apply(
            .slice(
                SliceParameters(
                    starts: low, counts: shape.sizes, strides: interior.map { $0 + 1 })),
            [context.upstream])
        return index == 0 ? taken : context.upstream.sum() - taken.sum()
    }
}

extension SliceParameters {
    /// The upstream numbers at their old positions, zeros between and around.
    func gradient(_ context: GradientContext) -> Tensor? {
        let shape = context.operand.shape
        if counts.contains(0) { return .zeros(like: context.operand) }
        var ordered = context.upstream
        var low = starts
        let reversed = strides.indices.filter { strides[$0] < 0 }
        if !reversed.isEmpty {
            ordered = ordered.reversed(axes: reversed)
            for axis in reversed { low[axis] = starts[axis] + (counts[axis] - 1) * strides[axis] }
        }
        var high: [Int] = []
        for axis in shape.indices {
            let span = (counts[axis] - 1) * Swift.abs(strides[axis]) + 1
            high.append(shape[axis] - low[axis] - span)
        }
        let interior = strides.map { Swift.abs($0) - 1 }
        return .apply(
            .pad(PadParameters(low: low, high: high, interior: interior)),
            [ordered, context.upstream.scalar(0)])
    }
}

extension Tensor {
    /// The elements of some axes in reverse order.
    public func reversed(
        axes: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard fault == nil else { return self }
        var slice = SliceParameters(
            starts: shape.map { _ in 0 }, counts: shape.sizes, strides: shape.map { _ in 1 })
        for axis in axes {
            guard let axis = shape.normalized(axis: axis) else {
                return .fault(
                    "reversed", expected: "axes of \(shape)", got: "\(axis)", operands: [self],
                    site: CallSite(file: file, line: line))
            }
            slice.starts[axis] = Swift.max(shape[axis] - 1, 0)
            slice.strides[axis] = -1
        }
        return .apply(.slice(slice), [self])
    }
}
