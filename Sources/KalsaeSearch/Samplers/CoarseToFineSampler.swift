/// Searches in rounds as the lectures do: sample at random, keep the best, narrow the ranges to
/// where they lie, and sample again.
///
/// The next ranges reach from the least to the greatest value of the best trials, and a quarter
/// more at both ends, within the space. Choices that none of the best has are left out.
/// `Study.edgeWarnings` says where the best lie at an edge of the space, so that it is too narrow.
public struct CoarseToFineSampler: Sampler {
    /// "coarse-to-fine".
    public let name = "coarse-to-fine"
    /// The number of trials of a round.
    public let round: Int
    /// The number of trials whose ranges the next round has.
    public let kept: Int

    private var trials = RankedTrials()
    private var box: [Range] = []
    private var boxRound = -1
    private var boxCount = -1
    private var version = 0

    private struct Range: Sendable {
        var low = 0.0
        var high = 1.0
        var options: [Double] = []
    }

    /// A sampler with the size of its rounds and how many of the best it keeps.
    public init(round: Int = 25, kept: Int = 5) {
        self.round = max(2, round)
        self.kept = max(1, kept)
    }

    /// A random point of the ranges of this round.
    public mutating func propose(for request: SamplerRequest) -> [Double] {
        let number = request.number / round
        let point = request.randomPoint()
        guard number > 0 else { return point }
        let count = request.history.finished.count
        if boxRound != number || boxCount != count || version != request.space.version {
            narrow(number, request)
            (boxRound, boxCount, version) = (number, count, request.space.version)
        }
        return zip(box, point).map { range, u in
            guard range.options.isEmpty else {
                return range.options[
                    min(Int(u * Double(range.options.count)), range.options.count - 1)]
            }
            return range.low + u * (range.high - range.low)
        }
    }

    private mutating func narrow(_ number: Int, _ request: SamplerRequest) {
        let (space, history) = (request.space, request.history)
        box = space.parameters.map { _ in Range() }
        trials.update(history, space)
        let before = number * round
        let best = trials.order.filter { index in
            history.finished[index] < before && !trials.losses[index].isNaN
        }.prefix(kept)
        guard best.count == kept else { return }
        for (column, parameter) in space.parameters.enumerated() {
            let values = best.map { trials.points[$0 * trials.dimension + column] }.filter {
                !$0.isNaN
            }
            guard let least = values.min(), let greatest = values.max() else { continue }
            if parameter.optionCount > 0 {
                box[column].options = Set(values).sorted()
                continue
            }
            // A value in steps keeps its neighbors in reach.
            let cell = parameter.domain.count.map { 1 / Double($0) } ?? 0
            let margin = max((greatest - least) / 4, cell, 0.01)
            box[column] = Range(low: max(0, least - margin), high: min(1, greatest + margin))
        }
    }
}
