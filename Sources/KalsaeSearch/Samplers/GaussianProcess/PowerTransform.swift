/// Makes losses look normal, so that a few very bad ones do not hide what the good ones say:
/// Yeo and Johnson's power of standardized values, its exponent the most likely one.
///
/// Source: Yeo and Johnson, "A new family of power transformations" (2000).
enum PowerTransform {
    /// Transformed values with mean 0 and deviation 1, in the same order.
    static func applied(to losses: [Double]) -> [Double] {
        let values = standardized(losses)
        var best = (likelihood: -Double.infinity, exponent: 1.0)
        for step in 0...40 {
            let exponent = -2 + 0.1 * Double(step)
            let likelihood = logLikelihood(values, exponent)
            if likelihood > best.likelihood { best = (likelihood, exponent) }
        }
        return standardized(values.map { transformed($0, best.exponent) })
    }

    static func standardized(_ values: [Double]) -> [Double] {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        let scale = variance > 0 && variance.isFinite ? 1 / variance.squareRoot() : 1
        return values.map { ($0 - mean) * scale }
    }

    private static func transformed(_ y: Double, _ exponent: Double) -> Double {
        if y >= 0 {
            return abs(exponent) < 1e-9
                ? logarithm(1 + y) : (power(1 + y, exponent) - 1) / exponent
        }
        let other = 2 - exponent
        return abs(other) < 1e-9 ? -logarithm(1 - y) : -(power(1 - y, other) - 1) / other
    }

    private static func logLikelihood(_ values: [Double], _ exponent: Double) -> Double {
        let moved = values.map { transformed($0, exponent) }
        let count = Double(values.count)
        let mean = moved.reduce(0, +) / count
        let variance = moved.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        guard variance > 0, variance.isFinite else { return -.infinity }
        let jacobian = values.reduce(0.0) {
            $0 + ($1 < 0 ? -1 : 1) * logarithm(abs($1) + 1)
        }
        return -0.5 * count * logarithm(variance) + (exponent - 1) * jacobian
    }
}
