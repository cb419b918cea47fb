import KalsaeGraph

extension Tensor {
    /// The sum over some axes, over all without `axes`.
    ///
    /// Whole numbers and `bool` are summed as `int64`, as in NumPy and PyTorch; past its range the
    /// sum wraps. Floats are added in blocks whose sums are joined as a tree, so that 20,000,000
    /// ones of `float32` are 20,000,000.
    public func sum(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        reduced(.sum, axes, keepsAxes, CallSite(file: file, line: line))
    }

    /// The product over some axes, over all without `axes`; of whole numbers and `bool` as `int64`,
    /// past whose range it wraps.
    public func product(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        reduced(.product, axes, keepsAxes, CallSite(file: file, line: line))
    }

    /// The largest element over some axes, over all without `axes`; NaN if any is.
    public func max(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        reduced(.max, axes, keepsAxes, CallSite(file: file, line: line))
    }

    /// The smallest element over some axes, over all without `axes`; NaN if any is.
    public func min(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        reduced(.min, axes, keepsAxes, CallSite(file: file, line: line))
    }

    /// The mean over some axes, over all without `axes`; of floating-point numbers, added as in
    /// `sum`. The mean of no elements is NaN.
    public func mean(
        axes: [Int]? = nil, keepsAxes: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let total = sum(axes: axes, keepsAxes: keepsAxes, file: file, line: line)
        guard total.fault == nil else { return total }
        guard dtype.isDifferentiable else {
            return .fault(
                "mean", expected: "float32 or float64", got: dtype.rawValue,
                advice: "convert the tensor with .cast(to: .float32)",
                site: CallSite(file: file, line: line))
        }
        let parts = Double(count) / Double(Swift.max(total.count, 1))
        // Not `total * (1 / parts)`: the mean of 41 ones is 1.
        return total / parts
    }

    /// The variance over some axes: mean of squared deviations, divided by `count - correction`.
    public func variance(
        axes: [Int]? = nil, correction: Int = 0, keepsAxes: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let center = mean(axes: axes, keepsAxes: true, file: file, line: line)
        let deviation = self - center
        let total = (deviation * deviation).sum(axes: axes, keepsAxes: keepsAxes)
        guard total.fault == nil else { return total }
        let parts = Double(count) / Double(Swift.max(total.count, 1))
        return total / Swift.max(parts - Double(correction), 0)
    }

    /// The square root of the variance; its gradient where all elements are equal is 0.
    public func standardDeviation(
        axes: [Int]? = nil, correction: Int = 0, keepsAxes: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        variance(
            axes: axes, correction: correction, keepsAxes: keepsAxes, file: file, line: line
        ).squareRootOfNorm()
    }

    /// The position (`int32`) of the first largest element along an axis; of the first NaN if there
    /// is one.
    public func argMax(
        axis: Int = -1, keepsAxis: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        argReduced(.max, axis, keepsAxis, CallSite(file: file, line: line))
    }

    /// The position (`int32`) of the first smallest element along an axis; of the first NaN if there
    /// is one.
    public func argMin(
        axis: Int = -1, keepsAxis: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        argReduced(.min, axis, keepsAxis, CallSite(file: file, line: line))
    }

    /// In the type that sums and products have: `int64` for all whole numbers and `bool`.
    var widened: Tensor { dtype.isFloat ? self : cast(to: .int64) }

    private func reduced(
        _ reduction: Reduction, _ axes: [Int]?, _ keepsAxes: Bool, _ site: CallSite
    ) -> Tensor {
        guard fault == nil else { return self }
        var reducedAxes: [Int] = []
        for axis in axes ?? Array(0..<rank) {
            guard let index = shape.normalized(axis: axis), !reducedAxes.contains(index) else {
                return .fault(
                    reduction.rawValue, expected: "axes of \(shape), each once", got: "\(axis)",
                    operands: [self], site: site)
            }
            reducedAxes.append(index)
        }
        reducedAxes.sort()
        let operand = reduction == .sum || reduction == .product ? widened : self
        let result =
            reducedAxes.isEmpty
            ? operand : Tensor.apply(.reduce(reduction, axes: reducedAxes), [operand], site: site)
        guard !keepsAxes, result.fault == nil else { return result }
        let left = shape.indices.filter { !reducedAxes.contains($0) }.map { shape[$0] }
        return result.reshaped(to: Shape(left))
    }

    private func argReduced(
        _ reduction: ArgReduction, _ axis: Int, _ keepsAxis: Bool, _ site: CallSite
    ) -> Tensor {
        guard fault == nil else { return self }
        let index = shape.normalized(axis: axis) ?? axis
        let result = Tensor.apply(.argReduce(reduction, axis: index), [self], site: site)
        guard !keepsAxis, result.fault == nil else { return result }
        var sizes = result.shape.sizes
        sizes.remove(at: index)
        return result.reshaped(to: Shape(sizes))
    }
}

extension Reduction {
    /// The gradient; `max` and `min` share it equally among tied elements.
    func gradient(_ context: GradientContext, axes: [Int]) -> Tensor? {
        let x = context.operand
        let upstream = context.upstream.broadcast(to: x.shape)
        switch self {
        case .sum: return upstream
        case .max, .min:
            let ties = (x .== context.result).cast(to: x.dtype)
            return upstream * ties / ties.sum(axes: axes, keepsAxes: true)
        case .product: return upstream * x.productOfOthers(axes: axes)
        }
    }
}

extension Tensor {
    /// For each element the product of all others over `axes`: of those before times those
    /// behind, so that nothing is divided by a zero, in gradients of it neither.
    fileprivate func productOfOthers(axes: [Int]) -> Tensor {
        let kept = shape.indices.filter { !axes.contains($0) }
        let order = kept + axes
        let rows = transposed(permutation: order)
        let flat = rows.reshaped(
            to: Shape(kept.map { shape[$0] } + [axes.reduce(1) { $0 * shape[$1] }]))
        let others =
            flat.cumulativeProduct(exclusive: true)
            * flat.cumulativeProduct(exclusive: true, reverse: true)
        return TransposeOperation.inverse(others.reshaped(to: rows.shape), order)
    }
}
