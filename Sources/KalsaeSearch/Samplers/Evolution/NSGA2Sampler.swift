import KalsaeSupport

/// Breeds each generation from the best trials so far, for several objectives: parents by Pareto
/// rank and crowding, children by crossover and mutation.
///
/// Source: Deb, Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic algorithm:
/// NSGA-II" (2002).
public struct NSGA2Sampler: Sampler {
    /// "nsga2".
    public let name = "nsga2"
    /// The number of trials of a generation.
    public let populationSize: Int
    /// The probability that a child has genes of both parents.
    public let crossover: Double

    private var parents: [[Double]] = []
    private var generation = 0
    private var version = 0
    /// Whether all trials before this generation are finished, so that its parents stay.
    private var isSettled = false

    /// A sampler with the size of its generations and the probability of crossover.
    public init(populationSize: Int = 50, crossover: Double = 0.9) {
        self.populationSize = max(2, populationSize)
        self.crossover = min(max(crossover, 0), 1)
    }

    /// A child of two parents; random in the first generation.
    public mutating func propose(for request: SamplerRequest) -> [Double] {
        update(request)
        guard parents.count >= 2 else { return request.randomPoint() }
        var random = request.random(stream: 0x25a6)
        // Parents stand by rank and crowding, so that the better of two is the earlier.
        let first = min(random.next(below: parents.count), random.next(below: parents.count))
        let second = min(random.next(below: parents.count), random.next(below: parents.count))
        var child = parents[first].map { $0.isNaN ? random.nextUniform() : $0 }
        let other = parents[second].map { $0.isNaN ? random.nextUniform() : $0 }
        let isCrossed = random.nextUniform() < crossover
        for (index, parameter) in request.space.parameters.enumerated() {
            if isCrossed, random.nextUniform() < 0.5 {
                child[index] =
                    parameter.optionCount > 0
                    ? other[index] : Self.blended(child[index], other[index], &random)
            }
            if random.nextUniform() < 1 / Double(child.count) {
                child[index] =
                    parameter.optionCount > 0
                    ? random.nextUniform()
                    : Self.mutated(child[index], parameter.domain.count, &random)
            }
        }
        return child
    }

    private mutating func update(_ request: SamplerRequest) {
        let history = request.history
        let now = request.number / populationSize
        guard now != generation || version != request.space.version || !isSettled else { return }
        (generation, version) = (now, request.space.version)
        isSettled = history.firstOpen >= now * populationSize
        let numbers = history.finished.filter {
            $0 < now * populationSize && history.losses(of: $0) != nil
        }.sorted()
        let losses = numbers.map { history.losses(of: $0) ?? [] }
        parents = []
        for front in ParetoOrder.fronts(losses) where parents.count < populationSize {
            let crowding = ParetoOrder.crowding(losses, front)
            let order = front.indices.sorted {
                (-crowding[$0], front[$0]) < (-crowding[$1], front[$1])
            }
            for member in order.prefix(populationSize - parents.count) {
                parents.append(
                    request.space.point(of: history.trials[numbers[front[member]]].parameters))
            }
        }
    }

    /// Simulated binary crossover with index 15.
    private static func blended(_ a: Double, _ b: Double, _ random: inout Philox) -> Double {
        let u = random.nextUniform()
        let spread =
            u < 0.5
            ? power(2 * u, 1.0 / 16) : power(1 / (2 * (1 - u)), 1.0 / 16)
        let sign: Double = random.nextUniform() < 0.5 ? -1 : 1
        return min(max(0.5 * (a + b + sign * spread * (a - b)), 0), 1)
    }

    /// Polynomial mutation with index 20; at least a step where values come in steps.
    private static func mutated(_ u: Double, _ count: Int?, _ random: inout Philox) -> Double {
        let r = random.nextUniform()
        var step = r < 0.5 ? power(2 * r, 1.0 / 21) - 1 : 1 - power(2 * (1 - r), 1.0 / 21)
        if let count, abs(step) * Double(count) < 1 { step = (step < 0 ? -1 : 1) / Double(count) }
        return min(max(u + step, 0), 1)
    }
}
