import KalsaeSupport

/// Models where good trials lie and where the others do, and proposes where their ratio is greatest.
///
/// Both densities are mixtures of a kernel for each trial, over all parameters together, so that
/// what belongs together is drawn together. Trials that run count as bad, so that workers go to
/// different points. Parameters that only some trials have are drawn in groups that occur together.
///
/// Sources: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization"
/// (2011); Falkner, Klein and Hutter, "BOHB" (2018); Watanabe, "Tree-structured Parzen estimator:
/// understanding its algorithm components" (2023).
public struct TPESampler: Sampler {
    /// "tpe".
    public let name = "tpe"
    /// The number of trials at random before the first that is learned.
    public let startup: Int
    /// The number of points that are drawn from the good density for each proposal.
    public let candidates: Int

    private var trials = RankedTrials()

    /// A sampler with the number of trials at random and of candidates for each proposal.
    public init(startup: Int = 10, candidates: Int = 32) {
        (self.startup, self.candidates) = (max(1, startup), max(1, candidates))
    }

    /// The candidate with the greatest ratio of densities.
    public mutating func propose(for request: SamplerRequest) -> [Double] {
        let space = request.space
        trials.update(request.history, space)
        var point = request.randomPoint()
        guard trials.completeCount + trials.prunedCount >= startup else { return point }
        var random = request.random(stream: 0x7be)
        let running = request.history.running.filter { $0 != request.number }.map {
            space.point(of: request.history.trials[$0].parameters)
        }
        for group in groups() {
            let rows =
                trials.partialCount == 0
                ? trials.order
                : trials.order.filter { index in
                    group.allSatisfy { !trials.points[index * trials.dimension + $0].isNaN }
                }
            guard rows.count >= startup else { continue }
            let liars = running.filter { point in group.allSatisfy { !point[$0].isNaN } }
            propose(group, rows, liars, space, &random, &point)
        }
        return point
    }

    /// The parameters in groups that the same trials have.
    private func groups() -> [[Int]] {
        let all = Array(0..<trials.dimension)
        guard trials.partialCount > 0 else { return [all] }
        var groups: [[Bool]: [Int]] = [:]
        var signatures: [[Bool]] = []
        for parameter in all {
            let signature = trials.order.indices.map {
                trials.points[$0 * trials.dimension + parameter].isNaN
            }
            if groups[signature] == nil { signatures.append(signature) }
            groups[signature, default: []].append(parameter)
        }
        return signatures.compactMap { groups[$0] }
    }

    /// How many of the best count as good: a tenth, and at most 25.
    private static func goodCount(of count: Int) -> Int { min((count + 9) / 10, 25) }

    private func propose(
        _ group: [Int], _ rows: [Int], _ liars: [[Double]], _ space: SearchSpace,
        _ random: inout Philox, _ point: inout [Double]
    ) {
        let parameters = group.map { space.parameters[$0] }
        let goodCount = Self.goodCount(of: rows.count)
        let dimension = trials.dimension
        func gather(_ indices: ArraySlice<Int>) -> [Double] {
            indices.flatMap { index in group.map { trials.points[index * dimension + $0] } }
        }
        let good = ParzenMixture(gather(rows[..<goodCount]), parameters, isRanked: true)
        let bad = ParzenMixture(
            gather(rows[goodCount...]) + liars.flatMap { liar in group.map { liar[$0] } },
            parameters, isRanked: false)
        var best = (ratio: -Double.infinity, point: point)
        let isBound = !space.constraints.isEmpty
        for _ in 0..<candidates {
            let candidate = good.sample(&random)
            let ratio = good.logDensity(candidate) - bad.logDensity(candidate)
            guard ratio > best.ratio || best.ratio == -.infinity else { continue }
            var whole = point
            for (index, u) in zip(group, candidate) { whole[index] = u }
            if isBound, !space.isFeasible(whole) { continue }
            best = (ratio, whole)
        }
        point = best.point
    }
}
