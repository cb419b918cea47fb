import KalsaeSupport

/// Models the loss as a Gaussian process and proposes where it expects the greatest improvement.
///
/// The dearest sampler to ask and the thriftiest with trials: some milliseconds a proposal at 100
/// trials. It learns lengths and noise, knows choices and steps, and takes its own mean for trials
/// that run, so that workers go to different points. Of several objectives it takes another random
/// weighting for each trial. Of more than 256 trials it
/// learns from the best and the latest, and fits its kernel anew at each proposal.
///
/// Sources: Jones, Schonlau and Welch, "Efficient global optimization of expensive black-box
/// functions" (1998); Snoek, Larochelle and Adams, "Practical Bayesian optimization" (2012); for
/// running trials Ginsbourger, Le Riche and Carraro, "Kriging is well-suited to parallelize
/// optimization" (2010); for weightings Knowles, "ParEGO" (2006).
public struct GaussianProcessSampler: Sampler {
    /// "gp".
    public let name = "gp"
    /// The number of trials of a Sobol sequence before the first that is learned.
    public let startup: Int
    /// The greatest number of trials that it learns from.
    public static let capacity = 256

    /// A tenth of the deviation of all losses.
    private static let leastGain = 0.1

    private var sobol = SobolSampler()
    private var trials = RankedTrials()
    private var fitted: Fitted?

    /// A process that is kept while its kernel is.
    private struct Fitted: Sendable {
        let milestone: Int
        let version: Int
        var rows: [Int]
        var process: GaussianProcess
    }

    /// A sampler with the number of trials before it begins to learn.
    public init(startup: Int = 10) { self.startup = max(2, startup) }

    /// The point with the greatest expected improvement that is found.
    public mutating func propose(for request: SamplerRequest) -> [Double] {
        let space = request.space
        trials.update(request.history, space)
        let rows = learnedRows()
        guard rows.count >= startup, !space.parameters.isEmpty else {
            return sobol.propose(for: request)
        }
        var random = request.random(stream: 0x6a05)
        let losses = self.losses(rows, request, &random)
        var process = process(rows, losses, space, isSingle: request.history.directions.count == 1)
        // Each third proposal asks for more than the last digits of what is known to be good, so
        // that other regions are not forgotten.
        let wanted = request.number % 3 == 2 ? Self.leastGain : 0
        let best = (process.fitted.min() ?? 0) - wanted
        for number in request.history.running where number != request.number {
            process.believe(space.point(of: request.history.trials[number].parameters))
        }
        var search = AcquisitionSearch(process, space, best: best, random: random)
        let leaders = trials.order.prefix(5).map { Array(trials.point($0)) }
        return search.run(leaders)
    }

    /// Indices of complete trials in the order in which they finished.
    private func learnedRows() -> [Int] {
        let complete = trials.losses.indices.filter { !trials.losses[$0].isNaN }
        guard complete.count > Self.capacity else { return complete }
        let best = trials.order.prefix(Self.capacity / 2)
        return Set(best).union(complete.suffix(Self.capacity / 2)).sorted()
    }

    private func losses(
        _ rows: [Int], _ request: SamplerRequest, _ random: inout Philox
    ) -> [Double] {
        let history = request.history
        guard history.directions.count > 1 else {
            return PowerTransform.applied(to: Self.bounded(rows.map { trials.losses[$0] }))
        }
        let all = rows.compactMap { history.losses(of: history.finished[$0]) }
        var weights = history.directions.map { _ in -logarithm(1 - random.nextUniform()) }
        let sum = weights.reduce(0, +)
        weights = weights.map { $0 / max(sum, 1e-300) }
        let columns = history.directions.indices.map { objective -> [Double] in
            let column = Self.bounded(all.map { $0[objective] })
            let (least, greatest) = (column.min() ?? 0, column.max() ?? 0)
            return column.map { greatest > least ? ($0 - least) / (greatest - least) : 0 }
        }
        // Augmented Chebyshev norm.
        return PowerTransform.applied(
            to: all.indices.map { row in
                let terms = zip(weights, columns).map { $0 * $1[row] }
                return (terms.max() ?? 0) + 0.05 * terms.reduce(0, +)
            })
    }

    /// Infinite losses as bad as the worst finite one.
    private static func bounded(_ losses: [Double]) -> [Double] {
        let finite = losses.filter(\.isFinite)
        let (least, greatest) = (finite.min() ?? 0, finite.max() ?? 0)
        return losses.map { min(max($0, least), greatest) }
    }

    private mutating func process(
        _ rows: [Int], _ losses: [Double], _ space: SearchSpace, isSingle: Bool
    ) -> GaussianProcess {
        let milestone = Self.milestone(of: rows.count, from: startup)
        let isKept =
            isSingle && fitted?.milestone == milestone && fitted?.version == space.version
            && fitted.map { rows.starts(with: $0.rows) } ?? false
        if !isKept {
            let learned = Array(rows.prefix(milestone))
            let points = learned.flatMap { trials.point($0) }
            // By what was known then alone, so that a sampler made later proposes the same.
            let own =
                isSingle
                ? PowerTransform.applied(to: Self.bounded(learned.map { trials.losses[$0] }))
                : PowerTransform.standardized(Array(losses.prefix(milestone)))
            let kernel = KernelFit.kernel(
                points, own, isChoice: space.parameters.map { $0.optionCount > 0 })
            var process = GaussianProcess(kernel)
            process.append(points[...])
            fitted = Fitted(
                milestone: milestone, version: space.version, rows: learned, process: process)
        }
        guard var kept = fitted else { return GaussianProcess(MaternKernel(isChoice: [])) }
        for row in rows.dropFirst(kept.rows.count) {
            kept.process.append(trials.point(row))
            kept.rows.append(row)
        }
        kept.process.update(targets: losses)
        fitted = kept
        return kept.process
    }

    /// The number of trials that the kernel was fitted to last: each at first, then every tenth
    /// part more.
    static func milestone(of count: Int, from startup: Int) -> Int {
        var milestone = startup
        while true {
            let next = milestone + max(1, milestone / 10)
            if next > count { return milestone }
            milestone = next
        }
    }
}
