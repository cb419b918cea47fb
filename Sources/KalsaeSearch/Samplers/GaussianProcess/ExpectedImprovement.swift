/// The logarithm of how much better than the best a point is expected to be.
///
/// EI = s (φ(z) + z Φ(z)), z = (best − mean) / s, for losses. Source: Ament, Daulton, Eriksson,
/// Balandat and Bakshy, "Unexpected improvements to expected improvement" (2023).
enum ExpectedImprovement {
    static func logarithmic(mean: Double, variance: Double, best: Double) -> Double {
        let deviation = variance.squareRoot()
        return logarithm(deviation) + logTerm((best - mean) / deviation)
    }

    /// log(φ(z) + z Φ(z)), without cancellation where z is far below 0.
    static func logTerm(_ z: Double) -> Double {
        if z > -5 { return logarithm(normalDensity(z) + z * normalShare(below: z)) }
        // φ(z) (1/z² − 3/z⁴ + 15/z⁶ − 105/z⁸)
        let inverse = 1 / (z * z)
        let series = inverse * (1 - inverse * (3 - inverse * (15 - 105 * inverse)))
        return -0.5 * z * z - 0.918_938_533_204_672_7 + logarithm(series)
    }
}
