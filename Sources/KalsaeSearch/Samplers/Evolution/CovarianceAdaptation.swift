import KalsaeSupport

/// The state of CMA-ES: a normal distribution N(m, σ² C) over [0, 1]^n that moves toward better
/// points, generation by generation.
///
/// Sources: Hansen, "The CMA evolution strategy: a tutorial" (2016), with active updates left out;
/// Auger and Hansen, "A restart CMA evolution strategy with increasing population size" (2005);
/// Hansen, "Injecting external solutions into CMA-ES" (2011) for points of another origin.
struct CovarianceAdaptation: Sendable {
    let n: Int
    private(set) var populationSize: Int
    private(set) var mean: [Double]
    private(set) var sigma: Double
    private(set) var restarts = 0
    private var covariance: [Double]
    /// Square roots of eigenvalues, and eigenvectors in rows.
    private(set) var lengths: [Double]
    private(set) var axes: [Double]
    private var sigmaPath: [Double]
    private var covariancePath: [Double]
    private var generation = 0
    private var recentBest: [Double] = []

    static let firstSigma = 0.15

    init(n: Int, mean: [Double], sigma: Double = Self.firstSigma, populationSize: Int? = nil) {
        self.n = n
        self.mean = mean
        self.sigma = sigma
        self.populationSize = populationSize ?? Self.defaultSize(n)
        covariance = [Double](repeating: 0, count: n * n)
        for i in 0..<n { covariance[i * n + i] = 1 }
        axes = covariance
        lengths = [Double](repeating: 1, count: n)
        sigmaPath = [Double](repeating: 0, count: n)
        covariancePath = sigmaPath
    }

    /// 4 + ⌊3 ln n⌋.
    static func defaultSize(_ n: Int) -> Int { 4 + Int(3 * logarithm(Double(max(1, n)))) }

    /// A point of the distribution: m + σ B D z.
    func point(_ z: [Double]) -> [Double] {
        var point = mean
        for axis in 0..<n {
            let length = sigma * lengths[axis] * z[axis]
            for i in 0..<n { point[i] += length * axes[axis * n + i] }
        }
        return point
    }

    /// The standard deviation of a coordinate.
    func deviation(_ i: Int) -> Double { sigma * covariance[i * n + i].squareRoot() }

    /// Moves the distribution by a generation, the best point first.
    mutating func learn(_ points: [[Double]], bestLoss: Double) {
        let half = max(1, points.count / 2)
        var weights = (0..<half).map {
            logarithm(Double(points.count) / 2 + 0.5) - logarithm(Double($0 + 1))
        }
        let sum = weights.reduce(0, +)
        weights = weights.map { $0 / sum }
        let mass = 1 / weights.reduce(0) { $0 + $1 * $1 }
        let size = Double(n)
        let sigmaRate = (mass + 2) / (size + mass + 5)
        let damping = 1 + 2 * max(0, ((mass - 1) / (size + 1)).squareRoot() - 1) + sigmaRate
        let pathRate = (4 + mass / size) / (size + 4 + 2 * mass / size)
        let oneRate = 2 / ((size + 1.3) * (size + 1.3) + mass)
        let manyRate = min(
            1 - oneRate, 2 * (mass - 2 + 1 / mass) / ((size + 2) * (size + 2) + mass))
        let expectedLength = size.squareRoot() * (1 - 1 / (4 * size) + 1 / (21 * size * size))

        let steps = points.prefix(half).map { clipped(zip($0, mean).map { ($0 - $1) / sigma }) }
        var shift = [Double](repeating: 0, count: n)
        for (weight, step) in zip(weights, steps) {
            for i in 0..<n { shift[i] += weight * step[i] }
        }
        for i in 0..<n { mean[i] = min(max(mean[i] + sigma * shift[i], 0), 1) }

        let white = whitened(shift)
        let gain = (sigmaRate * (2 - sigmaRate) * mass).squareRoot()
        for i in 0..<n { sigmaPath[i] = (1 - sigmaRate) * sigmaPath[i] + gain * white[i] }
        generation += 1
        let length = sigmaPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let memory = 1 - power(1 - sigmaRate, 2 * Double(generation))
        let isSlow = length / memory.squareRoot() < (1.4 + 2 / (size + 1)) * expectedLength
        let pathGain = isSlow ? (pathRate * (2 - pathRate) * mass).squareRoot() : 0
        for i in 0..<n {
            covariancePath[i] = (1 - pathRate) * covariancePath[i] + pathGain * shift[i]
        }
        let missing = isSlow ? 0 : oneRate * pathRate * (2 - pathRate)
        for i in 0..<n {
            for j in 0...i {
                var many = 0.0
                for (weight, step) in zip(weights, steps) { many += weight * step[i] * step[j] }
                let value =
                    (1 - oneRate - manyRate + missing) * covariance[i * n + j]
                    + oneRate * covariancePath[i] * covariancePath[j] + manyRate * many
                covariance[i * n + j] = value
                covariance[j * n + i] = value
            }
        }
        sigma = min(
            sigma * exponential(min(1, sigmaRate / damping * (length / expectedLength - 1))), 1)
        let (values, vectors) = SymmetricEigen.decomposed(covariance, n)
        lengths = values.map { max($0, 1e-20).squareRoot() }
        axes = vectors
        recentBest.append(bestLoss)
    }

    /// Whether nothing is to be found here any more.
    var isStuck: Bool {
        let longest = lengths.max() ?? 1
        if sigma * longest < 1e-7 { return true }
        if longest > 1e7 * (lengths.min() ?? 1) { return true }
        let window = 10 + 30 * n / populationSize
        guard recentBest.count > window else { return false }
        let recent = recentBest.suffix(window)
        return (recent.max() ?? 0) - (recent.min() ?? 0) <= 1e-12 * abs(recent.max() ?? 0)
    }

    /// Begins anew at a point with twice the population.
    mutating func restart(at mean: [Double]) {
        let count = restarts + 1
        self = CovarianceAdaptation(n: n, mean: mean, populationSize: populationSize * 2)
        restarts = count
    }

    /// C^(−1/2) v.
    private func whitened(_ v: [Double]) -> [Double] {
        var result = [Double](repeating: 0, count: n)
        for axis in 0..<n {
            var along = 0.0
            for i in 0..<n { along += axes[axis * n + i] * v[i] }
            along /= lengths[axis]
            for i in 0..<n { result[i] += along * axes[axis * n + i] }
        }
        return result
    }

    /// A step no longer than steps of the distribution itself are.
    private func clipped(_ step: [Double]) -> [Double] {
        let length = whitened(step).reduce(0) { $0 + $1 * $1 }.squareRoot()
        let longest = Double(n).squareRoot() + 2 * Double(n) / (Double(n) + 2)
        return length > longest ? step.map { $0 * longest / length } : step
    }
}
