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
        }
    }
}
