import Glibc
import KalsaeGraph
import KalsaeTensor

// Metrics of values: predictions p and targets t of one shape; rows and outputs count alike.
extension Metric {
    static let valueMetrics = [mae, rmse, r2, medianError]

    /// Mean absolute error: mean |p - t|.
    public static let mae = Metric("mae", isBetterLarger: false, kind: .values) { p, t, _ in
        let targets = matched("mae", p, t)
        return packed([(p - targets).abs().sum()], count: p.count)
    } value: { sums, _ in
        sums[0] / sums[1]
    }

    /// Root of the mean squared error: √ mean (p - t)².
    public static let rmse = Metric("rmse", isBetterLarger: false, kind: .values) { p, t, _ in
        let targets = matched("rmse", p, t)
        return packed([(p - targets).square().sum()], count: p.count)
    } value: { sums, _ in
        (sums[0] / sums[1]).squareRoot()
    }

    /// Share of the variance that is explained: `1 - Σ(t - p)² / Σ(t - mean t)²`; NaN where the
    /// targets have none, as a single row.
    ///
    /// Each batch measures its targets from their own mean, and the parts are joined by the rule of
    /// Chan, Golub and LeVeque (1979): the squares of large numbers never cancel.
    public static let r2 = Metric("r2", isBetterLarger: true, kind: .values) { p, t, _ in
        let targets = matched("r2", p, t)
        guard targets.fault == nil else { return targets }
        let mean = targets.mean()
        let centered = targets - mean
        // The mean is rounded; what is left over corrects for it.
        return packed(
            [(p - targets).square().sum(), mean, centered.sum(), centered.square().sum()],
            count: p.count)
    } merge: { sums, part in
        sums = Spread(sums).joined(Spread(part)).sums
    } value: { sums, _ in
        let spread = Spread(sums)
        // What rounding leaves of targets that are all equal is no variance.
        let rounding = spread.mean * 1e-8
        let isSpread = spread.squares > spread.count * rounding * rounding
        return isSpread ? 1 - spread.error / spread.squares : .nan
    }

    /// Median of the absolute errors |p - t|.
    public static let medianError = Metric(
        "medianError", isBetterLarger: false, kind: .values
    ) { p, t, _ in
        (p - matched("medianError", p, t)).abs().flattened()
    } merge: { errors, part in
        errors += part
    } value: { errors, _ in
        Statistics.median(errors)
    }

    /// Squared errors, and count, mean and squared distances from the mean of the targets.
    private struct Spread {
        var error: Double
        var mean: Double
        var squares: Double
        var count: Double

        init(_ sums: [Double]) {
            error = sums[0]
            count = max(sums[4], 1)
            mean = sums[1] + sums[2] / count
            squares = sums[3] - sums[2] * sums[2] / count
        }

        var sums: [Double] { [error, mean, 0, squares, count] }

        func joined(_ other: Spread) -> Spread {
            var all = self
            let gap = other.mean - mean
            all.error += other.error
            all.count += other.count
            all.mean += gap * other.count / all.count
            all.squares += other.squares + gap * gap * count * other.count / all.count
            return all
        }
    }

    static func exponential(_ x: Double) -> Double { exp(x) }
}
