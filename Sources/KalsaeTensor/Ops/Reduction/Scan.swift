import KalsaeGraph

extension Tensor {
    /// Running sums along an axis.
    ///
    /// Whole numbers and `bool` are summed as `int64`, past whose range sums wrap; `float32` is
    /// summed in `Double` and rounded at each position, as in PyTorch, so that ones count on past
    /// 16,777,216.
    /// - Parameters:
    ///   - exclusive: whether an element's own value is left out.
    ///   - reverse: whether sums run from the end.
    public func cumulativeSum(
        axis: Int = -1, exclusive: Bool = false, reverse: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        widened.scanned(.sum, axis, exclusive, reverse, CallSite(file: file, line: line))
    }

    /// The largest element so far along an axis, in the elements' type; NaN from the first NaN on.
    ///
    /// As `numpy.maximum.accumulate` and the values of `torch.cummax`. The gradient goes to the
    /// element that is the largest so far, of equal ones to the last, as in PyTorch.
    /// - Parameters:
    ///   - exclusive: whether an element's own value is left out; the largest of nothing is -∞, of
    ///     whole numbers the least of their type.
    ///   - reverse: whether the scan runs from the end.
    public func cumulativeMaximum(
        axis: Int = -1, exclusive: Bool = false, reverse: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        scanned(.maximum, axis, exclusive, reverse, CallSite(file: file, line: line))
    }

    private func scanned(
        _ scan: Scan, _ axis: Int, _ exclusive: Bool, _ reverse: Bool, _ site: CallSite
    ) -> Tensor {
        guard fault == nil else { return self }
        let parameters = ScanParameters(
            axis: shape.normalized(axis: axis) ?? axis, exclusive: exclusive, reverse: reverse)
        return .apply(.scan(scan, parameters), [self], site: site)
    }
}

extension Scan {
    func gradient(_ context: GradientContext, _ scan: ScanParameters) -> Tensor? {
        switch self {
        case .sum:
            context.upstream.cumulativeSum(
                axis: scan.axis, exclusive: scan.exclusive, reverse: !scan.reverse)
        case .maximum: maximumGradient(context, scan)
        }
    }

    /// What came to each result, added to the element in which its maximum was found.
    private func maximumGradient(_ context: GradientContext, _ scan: ScanParameters) -> Tensor {
        let (x, axis, size) = (context.operand, scan.axis, context.operand.shape[scan.axis])
        guard x.count > 0 else { return context.upstream }
        let positions = Tensor.positions(x.shape, axis: axis, dtype: .int64)
        var (largest, upstream) = (context.result, context.upstream)
        if scan.exclusive {
            // What came to the result behind an element; the first result is of no element.
            largest = x.cumulativeMaximum(axis: axis, reverse: scan.reverse)
            let last = Double(scan.reverse ? 0 : size - 1)
            upstream = upstream.rolled(by: scan.reverse ? 1 : -1, axis: axis)
                .replacing(with: 0, where: positions .== last)
        }
        // The latest of the elements that took over; from the end that is the lowest position.
        let ordered = scan.reverse ? -positions : positions
        let first = Double(scan.reverse ? 1 - size : 0)
        let latest = ordered.replacing(with: first, where: (x .< largest) .| lost(x, largest))
            .cumulativeMaximum(axis: axis, reverse: scan.reverse)
        let found = scan.reverse ? -latest : latest
        let own = Tensor.positions([x.count], axis: 0, dtype: .int64).reshaped(to: x.shape)
        let flat = own + (found - positions) * Double(x.shape.strides[axis])
        return Tensor.zeros([x.count], dtype: x.dtype)
            .scatterAdding(upstream.flattened(), at: flat.flattened()).reshaped(to: x.shape)
    }

    /// Numbers behind a NaN, which stays the largest.
    private func lost(_ x: Tensor, _ largest: Tensor) -> Tensor { largest.isNaN() .& !x.isNaN() }
}
