import KalsaeSupport

/// Evolves a normal distribution whose covariance learns the landscape; begins anew with twice the
/// population where it is stuck.
///
/// For numbers that act together, and some hundred trials or more. Choices are drawn by
/// probabilities that learn along. A generation is formed by trials as they finish, whoever
/// proposed them, so that workers, enqueued trials and trials of other studies count too.
///
/// Sources: those of `CovarianceAdaptation`; for choices Hamano et al., "CatCMA" (2024).
public struct CMAESSampler: Sampler {
    /// "cmaes".
    public let name = "cmaes"

    private var state: CovarianceAdaptation?
    private var shares: [[Double]] = []
    private var numbers: [Int] = []
    private var choices: [Int] = []
    private var version = 0
    private var seed: UInt64 = 0
    private var taken = 0
    /// Complete trials that form the next generation.
    private var waiting: [Int] = []

    /// A sampler that begins in the middle of the space.
    public init() {}

    /// A point of the distribution as it is now.
    public mutating func propose(for request: SamplerRequest) -> [Double] {
        update(request)
        var point = request.randomPoint()
        var random = request.random(stream: 0xc3a)
        if let state, !numbers.isEmpty {
            var found = [Double]()
            // Of points outside some others are drawn, then one is moved to the edge.
            for _ in 0..<20 {
                found = state.point(numbers.map { _ in normalQuantile(random.nextUniform()) })
                if found.allSatisfy({ $0 >= 0 && $0 <= 1 }) { break }
            }
            for (column, u) in zip(numbers, found) {
                point[column] = min(max(u, 0), 1)
                widen(column, request.space, &point, &random)
            }
        }
        for (column, share) in zip(choices, shares) {
            var (option, wanted) = (0, random.nextUniform())
            while option < share.count - 1, wanted >= share[option] {
                wanted -= share[option]
                option += 1
            }
            point[column] = (Double(option) + 0.5) / Double(share.count)
        }
        return point
    }

    /// Moves a value in steps to a neighbor where the distribution has become narrower than a step.
    private func widen(
        _ column: Int, _ space: SearchSpace, _ point: inout [Double], _ random: inout Philox
    ) {
        guard let count = space.parameters[column].domain.count, let state,
            let index = numbers.firstIndex(of: column)
        else { return }
        let cell = 1 / Double(count)
        let chance = random.nextUniform()
        guard state.deviation(index) < 0.5 * cell, chance < 0.2 else { return }
        point[column] = min(max(point[column] + (chance < 0.1 ? -cell : cell), 0), 1)
    }

    private mutating func update(_ request: SamplerRequest) {
        let (space, history) = (request.space, request.history)
        if state == nil || version != space.version || seed != request.seed
            || taken > history.finished.count
        {
            numbers = space.parameters.indices.filter { space.parameters[$0].optionCount == 0 }
            choices = space.parameters.indices.filter { space.parameters[$0].optionCount > 0 }
            shares = choices.map { column in
                let count = space.parameters[column].optionCount
                return [Double](repeating: 1 / Double(count), count: count)
            }
            state = CovarianceAdaptation(
                n: numbers.count, mean: [Double](repeating: 0.5, count: numbers.count))
            (version, seed, taken, waiting) = (space.version, request.seed, 0, [])
        }
        for number in history.finished[taken...] where history.loss(of: number) != nil {
            waiting.append(number)
            if waiting.count >= state?.populationSize ?? .max { learn(space, history) }
        }
        taken = history.finished.count
    }

    private mutating func learn(_ space: SearchSpace, _ history: TrialHistory) {
        guard var next = state else { return }
        let losses = waiting.map { history.losses(of: $0) ?? [] }
        let order = Self.order(losses)
        let points = order.map { space.point(of: history.trials[waiting[$0]].parameters) }
        if !numbers.isEmpty {
            let own = points.map { point in
                numbers.indices.map { index in
                    let u = point[numbers[index]]
                    return u.isNaN ? next.mean[index] : u
                }
            }
            next.learn(own, bestLoss: losses[order[0]].first ?? 0)
            if next.isStuck {
                var random = Philox(
                    seed: seed, stream: 0xc3a_5e7, step: UInt64(next.restarts))
                next.restart(at: numbers.map { _ in random.nextUniform() })
            }
        }
        learnShares(points)
        state = next
        waiting = []
    }

    /// Moves probabilities toward the options of the better half, and keeps all possible.
    private mutating func learnShares(_ points: [[Double]]) {
        let half = max(1, points.count / 2)
        for (index, column) in choices.enumerated() {
            let count = shares[index].count
            var seen = [Double](repeating: 0, count: count)
            let present = points.prefix(half).map { $0[column] }.filter { !$0.isNaN }
            for u in present { seen[min(Int(u * Double(count)), count - 1)] += 1 }
            guard !present.isEmpty else { continue }
            let least = 0.1 / Double(count)
            for option in 0..<count {
                let share = seen[option] / Double(present.count)
                shares[index][option] += 0.3 * (share - shares[index][option])
                shares[index][option] = max(shares[index][option], least)
            }
            let sum = shares[index].reduce(0, +)
            shares[index] = shares[index].map { $0 / sum }
        }
    }

    /// The best first: by loss, or of several objectives by rank and crowding.
    private static func order(_ losses: [[Double]]) -> [Int] {
        guard losses.first?.count ?? 0 > 1 else {
            return losses.indices.sorted {
                (losses[$0].first ?? 0, $0) < (losses[$1].first ?? 0, $1)
            }
        }
        return ParetoOrder.fronts(losses).flatMap { front -> [Int] in
            let crowding = ParetoOrder.crowding(losses, front)
            return front.indices.sorted {
                (-crowding[$0], front[$0]) < (-crowding[$1], front[$1])
            }.map { front[$0] }
        }
    }
}
