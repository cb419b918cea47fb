import KalsaeGraph

extension Tensor {
    /// The middle of the sorted elements along an axis, the mean of two for an even number; NaN
    /// if any element is. The gradient goes to the elements in the middle.
    public func median(
        axis: Int = -1, keepsAxis: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        quantile(0.5, axis: axis, keepsAxis: keepsAxis, file: file, line: line)
    }

    /// The number below which a fraction of the elements along an axis lies; NaN if any is.
    ///
    /// Between neighbors of the sorted elements by linear interpolation at `fraction · (n - 1)`,
    /// as in NumPy. The gradient goes to the two neighbors.
    public func quantile(
        _ fraction: Double, axis: Int = -1, keepsAxis: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let site = CallSite(file: file, line: line)
        return withAxis(axis, "quantile", site) { axis in
            guard (0...1).contains(fraction), shape[axis] > 0, dtype.isDifferentiable else {
                return .fault(
                    "quantile", expected: "a fraction in 0...1 of at least one floating element",
                    got: "\(fraction) of axis \(axis) of \(type)", operands: [self], site: site)
            }
            let position = fraction * Double(shape[axis] - 1)
            let below = position.rounded(.down)
            let ordered = movedAxis(from: axis, to: -1).sorted()
            let low = ordered.sliced([.ellipsis, .at(Int(below))])
            let high = ordered.sliced([.ellipsis, .at(Int(position.rounded(.up)))])
            let value = position == below ? low : low.lerp(to: high, weight: position - below)
            let result = value.replacing(with: .nan, where: isNaN().any(axes: [axis]))
            return keepsAxis ? result.expandingShape(at: axis) : result
        }
    }

    /// The smallest and the largest element over some axes, over all without `axes`.
    public func minMax(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> (min: Tensor, max: Tensor) {
        (
            min(axes: axes, keepsAxes: keepsAxes, file: file, line: line),
            max(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
        )
    }

    /// Differences of neighbors along an axis, `x[i + 1] - x[i]`: one entry fewer.
    public func diff(
        axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "diff", CallSite(file: file, line: line)) { axis in
            let before = [TensorIndex](repeating: .all, count: axis)
            return sliced(before + [.range(start: 1, end: nil, step: 1)])
                - sliced(before + [.range(start: nil, end: -1, step: 1)])
        }
    }

    /// Running products along an axis; of whole numbers and `bool` as `int64`, past whose range they
    /// wrap.
    ///
    /// Divides nowhere, so that it and its gradients are right at zeros too: log₂(n) products of
    /// the tensor with itself, moved by 1, 2, 4, …
    /// - Parameters:
    ///   - exclusive: whether an element's own value is left out.
    ///   - reverse: whether products run from the end.
    public func cumulativeProduct(
        axis: Int = -1, exclusive: Bool = false, reverse: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        withAxis(axis, "cumulativeProduct", CallSite(file: file, line: line)) { axis in
            var result = widened
            if exclusive { result = result.movedBehindOnes(1, axis: axis, reverse: reverse) }
            var distance = 1
            while distance < shape[axis] {
                result = result * result.movedBehindOnes(distance, axis: axis, reverse: reverse)
                distance *= 2
            }
            return result
        }
    }

    /// Elements moved along an axis; ones come in, what falls over the border goes.
    private func movedBehindOnes(_ distance: Int, axis: Int, reverse: Bool) -> Tensor {
        let size = shape[axis]
        guard size > 0 else { return self }
        let kept = Swift.max(size - distance, 0)
        var none = shape.sizes.map { _ in 0 }
        let full = none
        none[axis] = size - kept
        let before = [TensorIndex](repeating: .all, count: axis)
        let range = reverse ? (size - kept)..<size : 0..<kept
        let part = sliced(before + [range.tensorIndex])
        return part.padded(low: reverse ? full : none, high: reverse ? none : full, value: 1)
    }

    /// How often each number `0 ..< bins` occurs among all elements, or the sum of the weights
    /// found with it: `[bins]`. A number out of range is thrown when the value is asked for.
    ///
    /// Elements are whole numbers; counts are `int64`, sums have the weights' type and gradient.
    /// Weights are added one by one in their type: for more than some millions give `float64`.
    public func bincount(
        bins: Int, weights: Tensor? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        for tensor in [self, weights ?? self] where tensor.fault != nil { return tensor }
        guard dtype.isInteger, weights.map({ $0.shape == shape }) ?? true, bins >= 0 else {
            return .fault(
                "bincount", expected: "whole numbers, weights of their shape, bins of at least 0",
                got: "\(type), weights \(weights.map { "\($0.shape)" } ?? "none"), \(bins) bins",
                operands: [self], site: CallSite(file: file, line: line))
        }
        let indices = (dtype == .uint8 ? cast(to: .int32) : self).flattened()
        let counts = weights?.flattened() ?? .ones([count], dtype: .int64)
        return Tensor.zeros([bins], dtype: counts.dtype).scatterAdding(
            counts, at: indices, file: file, line: line)
    }
}
