import KalsaeSupport

/// The plan of population-based training: some runs go on at once; from time to time the worst copy
/// the state of the best and go on with parameters that differ a little.
///
/// The plan only decides; whoever trains forks the run (copies the checkpoint) and goes on with the
/// parameters. Source: Jaderberg et al., "Population based training of neural networks" (2017).
public struct PopulationPlan: Sendable {
    /// What a member of the population does next.
    public enum Action: Sendable, Equatable {
        /// It goes on as it is.
        case goOn
        /// It takes the state of another member, and these parameters.
        case fork(from: Int, Assignment)
    }

    /// A member as it stands: which trial it is, its parameters, and its last value.
    public struct Member: Sendable {
        /// The number of its trial.
        public let number: Int
        /// Its parameters.
        public let parameters: Assignment
        /// Its value at the last border.
        public let value: Double

        /// A member.
        public init(number: Int, parameters: Assignment, value: Double) {
            (self.number, self.parameters, self.value) = (number, parameters, value)
        }
    }

    /// The steps between decisions.
    public let interval: Int
    /// The share of the population that copies, and that is copied.
    public let share: Double
    /// The probability that a parameter is drawn anew rather than moved a little.
    public let resampling: Double

    /// A plan.
    public init(interval: Int, share: Double = 0.25, resampling: Double = 0.25) {
        self.interval = max(1, interval)
        self.share = min(max(share, 0), 0.5)
        self.resampling = min(max(resampling, 0), 1)
    }

    /// What a member does at a border, `round` counting them.
    ///
    /// Of a population of n, the worst ⌊share n⌋ each copy one of as many best, drawn at random.
    /// Numbers move by a fifth on their scale, in either direction; what is no number is worst.
    public func action(
        for number: Int, in population: [Member], direction: Direction, space: SearchSpace,
        seed: UInt64, round: Int
    ) -> Action {
        let count = Int(share * Double(population.count))
        let order = population.sorted {
            let (a, b) = (direction.loss($0.value), direction.loss($1.value))
            if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? $0.number < $1.number : b.isNaN }
            return a != b ? a < b : $0.number < $1.number
        }
        guard count > 0, order.suffix(count).contains(where: { $0.number == number }) else {
            return .goOn
        }
        var random = Philox(
            seed: seed, stream: 0x9b7 &+ UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9,
            step: UInt64(max(0, round)))
        let model = order[random.next(below: count)]
        return .fork(from: model.number, moved(model.parameters, space, &random))
    }

    private func moved(
        _ parameters: Assignment, _ space: SearchSpace, _ random: inout Philox
    ) -> Assignment {
        var moved = parameters
        for parameter in space.parameters {
            let (chance, u) = (random.nextUniform(), random.nextUniform())
            guard let value = parameters[parameter.name] else { continue }
            guard chance >= resampling, let map = parameter.map, let x = value.number else {
                if chance < resampling { moved[parameter.name] = parameter.value(at: u) }
                continue
            }
            moved[parameter.name] = parameter.value(at: map.neighbor(of: x, isUp: u < 0.5))
        }
        return moved
    }
}

extension UnitMap {
    /// Where the value lies that is a fifth greater or less: of x, or on the scale of 1 − x; at
    /// least a step away where values come in steps.
    func neighbor(of x: Double, isUp: Bool) -> Double {
        let factor = isUp ? 1.2 : 1 / 1.2
        var moved = scale == .logOneMinus ? 1 - (1 - x) / factor : x * factor
        if step > 0, abs(moved - x) < step { moved = x + (isUp ? step : -step) }
        guard scale.allows(low: moved, high: moved) else { return min(max(unit(of: x), 0), 1) }
        return min(max(unit(of: moved), 0), 1)
    }
}
