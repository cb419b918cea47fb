import KalsaeTensor

extension Loss {
    /// A loss of your own: the mean over all rows, by their weights, of a number for each.
    ///
    /// ```swift
    /// let quartic = Loss("quartic") { predictions, targets in (predictions - targets).pow(4) }
    /// ```
    ///
    /// - Parameters:
    ///   - name: for messages; none of a built-in loss.
    ///   - input: what it takes predictions for.
    ///   - perRow: the numbers, `[batch]` or `[batch, outputs, …]`, of which a row's mean is taken;
    ///     made of tensor operations, so that it has a gradient.
    public init(
        _ name: String, input: Input = .values,
        perRow: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) {
        self.init(name, input: input) { predictions, targets, _ in
            Terms(
                CustomFunction.checked(name, Self.all.map(\.name), predictions) {
                    perRow(predictions, targets)
                } then: {
                    rowMean($0)
                })
        }
    }
}
