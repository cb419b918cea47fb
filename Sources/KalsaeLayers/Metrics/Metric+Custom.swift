import KalsaeSupport
import KalsaeTensor

extension Metric {
    /// A metric of your own: the mean over all rows of a number for each.
    ///
    /// ```swift
    /// let within = Metric("withinHalf", isBetterLarger: true) { predictions, targets in
    ///     ((predictions - targets).abs() .< 0.5).cast(to: .float32)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - name: under which it is reported; none of a built-in metric.
    ///   - isBetterLarger: whether larger is better.
    ///   - kind: what predictions and targets must be.
    ///   - perRow: the numbers, `[batch]` or `[batch, …]`, of which the mean is taken.
    public init(
        _ name: String, isBetterLarger: Bool = false, kind: Kind = .values,
        perRow: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) {
        self.init(name, isBetterLarger: isBetterLarger, kind: kind) { predictions, targets, _ in
            CustomFunction.checked(name, Self.all.map(\.name), predictions) {
                perRow(predictions, targets)
            } then: {
                Metric.packed([$0.sum()], count: $0.count)
            }
        } value: { sums, _ in
            sums[0] / sums[1]
        }
    }

    /// The name of a metric that was measured elsewhere: a key for its values, which cannot measure.
    package init(placeholder name: String) {
        self.init(name) { predictions, _ in
            Tensor(
                KalsaeError(
                    "metric \(name)", expected: "a metric with a function", got: "its name"),
                operands: [predictions])
        }
    }
}

/// Checks of functions that users give.
enum CustomFunction {
    /// What becomes of the numbers of each row; a fault where the name is a built-in function's or
    /// there is not a number for each row.
    static func checked(
        _ name: String, _ names: [String], _ predictions: Tensor, _ body: () -> Tensor,
        then finish: (Tensor) -> Tensor
    ) -> Tensor {
        guard !names.contains(name) else {
            return Tensor(
                KalsaeError(
                    name, expected: "a name of its own", got: "that of a built-in function"),
                operands: [predictions])
        }
        let rows = body()
        guard rows.fault == nil else { return rows }
        guard rows.rank > 0, rows.shape[0] == predictions.shape.first else {
            return Tensor(
                KalsaeError(
                    name, expected: "a number for each row, [\(predictions.shape.first ?? 0)]",
                    got: "\(rows.shape)", advice: "leave out the mean or sum over the batch"),
                operands: [rows])
        }
        return finish(rows.dtype.isFloat ? rows : rows.cast(to: .float32))
    }
}
