import KalsaeSupport

/// Looks for the point with the greatest expected improvement: many random points, then a search
/// from the best ones with steps that shrink where nothing is gained.
struct AcquisitionSearch {
    private let process: GaussianProcess
    private let space: SearchSpace
    private let best: Double
    private var random: Philox
    private let isConditional: Bool

    init(_ process: GaussianProcess, _ space: SearchSpace, best: Double, random: Philox) {
        (self.process, self.space, self.best, self.random) = (process, space, best, random)
        isConditional = space.isConditional
    }

    private struct Candidate {
        var point: [Double]
        var gain: Double
    }

    private static let counts = (uniform: 256, nearBest: 256, starts: 6, steps: 80)

    /// The best point found; `leaders` are points of the best trials.
    mutating func run(_ leaders: [[Double]]) -> [Double] {
        var candidates: [Candidate] = []
        for _ in 0..<Self.counts.uniform {
            let point = space.parameters.indices.map { _ in random.nextUniform() }
            candidates.append(candidate(point))
        }
        let starts = leaders.map { $0.map { $0.isNaN ? random.nextUniform() : $0 } }
        if !starts.isEmpty {
            for index in 0..<Self.counts.nearBest {
                let size = 0.2 * power(0.01, random.nextUniform())
                candidates.append(candidate(moved(starts[index % starts.count], size)))
            }
        }
        candidates.sort { $0.gain > $1.gain }
        var found = candidates[0]
        for start in candidates.prefix(Self.counts.starts) {
            let end = climbed(start)
            if end.gain > found.gain { found = end }
        }
        return found.point
    }

    /// Random steps that are taken where they gain; longer behind a gain, shorter behind a loss.
    private mutating func climbed(_ start: Candidate) -> Candidate {
        var (now, size) = (start, 0.05)
        for _ in 0..<Self.counts.steps {
            let next = candidate(moved(now.point, size))
            if next.gain > now.gain {
                now = next
                size = min(0.3, size * 1.6)
            } else {
                size = max(1e-4, size * 0.88)
            }
        }
        return now
    }

    private mutating func candidate(_ point: [Double]) -> Candidate {
        let point = zip(space.parameters, point).map { parameter, u in
            guard let map = parameter.map else {
                let count = Double(parameter.optionCount)
                return (min((u * count).rounded(.down), count - 1) + 0.5) / count
            }
            return map.step > 0 ? min(max(map.unit(of: map.value(at: u)), 0), 1) : u
        }
        guard space.isFeasible(point) else { return Candidate(point: point, gain: -.infinity) }
        var seen = point
        if isConditional {
            for index in seen.indices where !space.isActive(index, at: point) { seen[index] = .nan }
        }
        let (mean, variance) = process.predict(seen)
        let gain = ExpectedImprovement.logarithmic(mean: mean, variance: variance, best: best)
        return Candidate(point: point, gain: gain)
    }

    /// Some of the coordinates moved: numbers by a normal step, choices to any option.
    private mutating func moved(_ point: [Double], _ size: Double) -> [Double] {
        var moved = point
        let share = max(0.4, 1 / Double(point.count))
        for index in moved.indices where random.nextUniform() < share {
            if space.parameters[index].optionCount > 0 {
                if random.nextUniform() < 0.3 { moved[index] = random.nextUniform() }
                continue
            }
            let step = normalQuantile(random.nextUniform()) * size
            let u = moved[index] + step
            // Reflected at the edges, so that these are no more likely than others.
            moved[index] = min(max(u < 0 ? -u : u > 1 ? 2 - u : u, 0), 1)
            if let count = space.parameters[index].domain.count, size * Double(count) < 1 {
                let cell = (random.nextUniform() < 0.5 ? -1 : 1) / Double(count)
                moved[index] = min(max(point[index] + cell, 0), 1)
            }
        }
        return moved
    }
}
