/// The most likely kernel for points and targets, under priors that few points do not overrule.
///
/// Maximizes log p(y | θ, σ², noise) + log prior by resilient steps along the sign of the gradient,
/// always from the same start, so that the fit is a function of the data.
/// Sources: Rasmussen and Williams (2006), 5.4.1; Riedmiller and Braun, "Rprop" (1993).
struct KernelFit {
    private let points: [Double]
    private let targets: [Double]
    private let count: Int
    private let dimension: Int
    private var kernel: MaternKernel

    /// Normal priors on logarithms: mean and deviation.
    private static let priors = (
        inverseSquare: (mean: 1.4, deviation: 1.5), variance: (mean: 0.0, deviation: 1.0),
        noise: (mean: -9.0, deviation: 3.0)
    )

    static func kernel(
        _ points: [Double], _ targets: [Double], isChoice: [Bool], iterations: Int = 40
    ) -> MaternKernel {
        var fit = KernelFit(
            points: points, targets: targets, count: targets.count, dimension: isChoice.count,
            kernel: MaternKernel(isChoice: isChoice))
        return fit.run(iterations)
    }

    private mutating func run(_ iterations: Int) -> MaternKernel {
        var steps = [Double](repeating: 0.3, count: dimension + 2)
        var before = [Double](repeating: 0, count: dimension + 2)
        var logs =
            kernel.inverseSquares.map { logarithm($0) } + [
                logarithm(kernel.variance), logarithm(kernel.noise),
            ]
        var best = (value: -Double.infinity, kernel: kernel)
        for _ in 0..<iterations {
            let (value, gradient) = objective(logs)
            if value > best.value { best = (value, kernel) }
            for index in logs.indices {
                let product = gradient[index] * before[index]
                if product > 0 { steps[index] = min(1, steps[index] * 1.2) }
                if product < 0 { steps[index] = max(1e-3, steps[index] * 0.5) }
                // A change of sign waits a step.
                before[index] = product < 0 ? 0 : gradient[index]
                if before[index] > 0 { logs[index] += steps[index] }
                if before[index] < 0 { logs[index] -= steps[index] }
                logs[index] = min(max(logs[index], index == dimension + 1 ? -14 : -7), 7)
            }
            set(logs)
        }
        return best.kernel
    }

    private mutating func set(_ logs: [Double]) {
        for index in 0..<dimension { kernel.inverseSquares[index] = exponential(logs[index]) }
        kernel.variance = exponential(logs[dimension])
        kernel.noise = exponential(logs[dimension + 1])
    }

    /// The logarithm of likelihood and prior, and its gradient: ½ tr((ααᵀ − K⁻¹) ∂K) for each.
    private func objective(_ logs: [Double]) -> (Double, [Double]) {
        var process = GaussianProcess(kernel)
        process.append(points[...])
        process.update(targets: targets)
        let (inverse, weights) = (process.factor.inverse(), process.weights)
        let logDeterminant = process.factor.logDeterminant
        var gradient = [Double](repeating: 0, count: dimension + 2)
        points.withUnsafeBufferPointer { points in
            guard let base = points.baseAddress else { return }
            for i in 0..<count {
                for j in 0..<i {
                    let (a, b) = (base + i * dimension, base + j * dimension)
                    var squared = 0.0
                    for k in 0..<dimension {
                        squared += kernel.inverseSquares[k] * kernel.square(a, b, k)
                    }
                    let (value, slope) = kernel.value(squared)
                    // Both halves of the symmetric sum.
                    let factor = weights[i] * weights[j] - inverse[i * count + j]
                    gradient[dimension] += factor * value
                    for k in 0..<dimension {
                        gradient[k] +=
                            factor * slope * kernel.inverseSquares[k] * kernel.square(a, b, k)
                    }
                }
                let factor = 0.5 * (weights[i] * weights[i] - inverse[i * count + i])
                gradient[dimension] += factor * kernel.variance
                gradient[dimension + 1] += factor * kernel.noise
            }
        }
        var value = -0.5 * (zip(targets, weights).reduce(0) { $0 + $1.0 * $1.1 } + logDeterminant)
        for index in logs.indices {
            let prior =
                index < dimension
                ? Self.priors.inverseSquare
                : index == dimension ? Self.priors.variance : Self.priors.noise
            let distance = (logs[index] - prior.mean) / prior.deviation
            value -= 0.5 * distance * distance
            gradient[index] -= distance / prior.deviation
        }
        return (value, gradient)
    }
}
