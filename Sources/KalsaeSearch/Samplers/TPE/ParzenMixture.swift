import KalsaeSupport

/// A density over some parameters: a kernel round each of some points, and a wide one over all.
///
/// In a number's direction a kernel is a normal density cut off at 0 and 1; of a choice it gives
/// most of its weight to the point's own option and the rest to all alike.
struct ParzenMixture {
    private let dimension: Int
    private let parameters: [Parameter]
    private let count: Int
    /// For each kernel and number: center, half of the inverse variance.
    private var centers: [Double] = []
    private var sharpness: [Double] = []
    private var widths: [Double] = []
    /// For each kernel the logarithm of its weight and of what norms its densities.
    private var constants: [Double] = []
    /// Sums of the weights, for drawing a kernel.
    private var cumulative: [Double] = []
    /// The columns that are numbers, and those that are choices.
    private let numbers: [Int]
    private let choices: [Int]
    /// For each choice the logarithm of what a kernel gives its own option over any other.
    private var ownGain: [Double] = []
    private var ownShare: [Double] = []

    /// What was found on functions whose seeds no report uses: the weight of the wide kernel of the
    /// good density and of the other, and the least width of a kernel.
    private static let tuning = (goodPrior: 0.5, otherPrior: 1.0, leastWidth: 0.02)

    /// A mixture over points that lie one behind the other; of ranked ones, the best first, those
    /// in front weigh more.
    init(_ points: [Double], _ parameters: [Parameter], isRanked: Bool) {
        self.parameters = parameters
        dimension = parameters.count
        let n = points.count / max(1, dimension)
        numbers = parameters.indices.filter { parameters[$0].optionCount == 0 }
        choices = parameters.indices.filter { parameters[$0].optionCount > 0 }
        count = n + 1
        centers = points + parameters.map { _ in 0.5 }
        let prior = isRanked ? Self.tuning.goodPrior : Self.tuning.otherPrior
        let weights = (isRanked ? Self.rankWeights(n) : [Double](repeating: 1, count: n)) + [prior]
        let sum = weights.reduce(0, +)
        constants = weights.map { logarithm($0 / sum) }
        var total = 0.0
        cumulative = weights.map {
            total += $0 / sum
            return total
        }
        widths = [Double](repeating: 1, count: count * dimension)
        sharpness = [Double](repeating: 0, count: count * dimension)
        for column in numbers { setWidths(column, n) }
        for column in choices { setShares(column, n) }
    }

    /// Weights that fall with the logarithm of the rank, 1 in the mean.
    private static func rankWeights(_ n: Int) -> [Double] {
        let weights = (0..<n).map { logarithm((Double(n) + 0.5) / Double($0 + 1)) + 0.2 }
        let mean = weights.reduce(0, +) / Double(max(1, n))
        return weights.map { $0 / mean }
    }

    /// A kernel is as wide as the farther of its neighbors is away, so that it is narrow where
    /// trials are many.
    private mutating func setWidths(_ column: Int, _ n: Int) {
        let cell = parameters[column].domain.count.map { 1 / Double($0) } ?? 0
        let least = max(0.5 * cell, Self.tuning.leastWidth, 1 / (1 + Double(n * n)))
        var width = [Double](repeating: 1, count: n)
        let order = (0..<n).sorted {
            centers[$0 * dimension + column] < centers[$1 * dimension + column]
        }
        for position in order.indices where n > 1 {
            let x = centers[order[position] * dimension + column]
            let below = position > 0 ? x - centers[order[position - 1] * dimension + column] : 0
            let above = position < n - 1 ? centers[order[position + 1] * dimension + column] - x : 0
            width[order[position]] = max(below, above)
        }
        for kernel in 0..<count {
            let sigma = kernel == n ? 1 : min(1, max(width[kernel], least))
            let x = centers[kernel * dimension + column]
            widths[kernel * dimension + column] = sigma
            sharpness[kernel * dimension + column] = 0.5 / (sigma * sigma)
            let share = normalShare(below: (1 - x) / sigma) - normalShare(below: -x / sigma)
            // √(2π)
            constants[kernel] -= logarithm(sigma * share * 2.506_628_274_631)
        }
    }

    private mutating func setShares(_ column: Int, _ n: Int) {
        let options = Double(parameters[column].optionCount)
        // Aitchison and Aitken's kernel; the wide kernel over all has no own option.
        let other = 1 / (Double(n) + options)
        let own = 1 - other * (options - 1)
        ownGain.append(logarithm(own / other))
        ownShare.append(own)
        for kernel in 0..<count {
            if kernel == n {
                centers[kernel * dimension + column] = -1
                constants[kernel] += logarithm(1 / options)
            } else {
                constants[kernel] += logarithm(other)
            }
        }
    }

    /// A point drawn from the density, at the middle of its cell where values come in steps.
    func sample(_ random: inout Philox) -> [Double] {
        let wanted = random.nextUniform()
        let kernel = cumulative.firstIndex { $0 > wanted } ?? count - 1
        var point = [Double](repeating: 0, count: dimension)
        for column in numbers {
            let x = centers[kernel * dimension + column]
            let sigma = widths[kernel * dimension + column]
            let low = normalShare(below: -x / sigma)
            let high = normalShare(below: (1 - x) / sigma)
            let drawn = x + sigma * normalQuantile(low + random.nextUniform() * (high - low))
            let u = min(max(drawn, 0), 1)
            point[column] = snapped(u, parameters[column])
        }
        for (index, column) in choices.enumerated() {
            let options = parameters[column].optionCount
            var u = (Double(random.next(below: options)) + 0.5) / Double(options)
            let own = centers[kernel * dimension + column]
            if own >= 0 {
                let other = (1 - ownShare[index]) / Double(max(1, options - 1))
                if random.nextUniform() < ownShare[index] - other { u = own }
            }
            point[column] = u
        }
        return point
    }

    /// The logarithm of the density at a point.
    func logDensity(_ point: [Double]) -> Double {
        var terms = constants
        terms.withUnsafeMutableBufferPointer { terms in
            centers.withUnsafeBufferPointer { centers in
                sharpness.withUnsafeBufferPointer { sharpness in
                    for kernel in 0..<count {
                        var sum = 0.0
                        for column in 0..<dimension {
                            let difference = point[column] - centers[kernel * dimension + column]
                            sum += difference * difference * sharpness[kernel * dimension + column]
                        }
                        terms[kernel] -= sum
                    }
                    for (index, column) in choices.enumerated() {
                        for kernel in 0..<count
                        where abs(point[column] - centers[kernel * dimension + column]) < 1e-9 {
                            terms[kernel] += ownGain[index]
                        }
                    }
                }
            }
        }
        let greatest = terms.max() ?? 0
        var sum = 0.0
        for term in terms { sum += exponential(term - greatest) }
        return greatest + logarithm(sum)
    }

    private func snapped(_ u: Double, _ parameter: Parameter) -> Double {
        guard let map = parameter.map, map.step > 0 else { return u }
        return min(max(map.unit(of: map.value(at: u)), 0), 1)
    }
}
