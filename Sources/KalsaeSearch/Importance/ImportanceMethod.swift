import KalsaeSupport

/// How much a parameter matters for the value of a study.
public struct ParameterImportance: Sendable, Equatable {
    /// The parameter.
    public let parameter: String
    /// Its share of all importance, in 0...1.
    public let share: Double
}

/// How importance is told from finished trials.
public enum ImportanceMethod: String, Sendable, CaseIterable {
    /// By how differently the best trials are distributed over a parameter than all: for the region
    /// of good values, in microseconds.
    case pedAnova
    /// By how much of the variance a forest of regression trees explains by one parameter alone:
    /// over the whole space.
    case functionalAnova

    /// The least number of complete trials.
    package static let fewest = 10

    func importance(
        in history: TrialHistory, _ space: SearchSpace, seed: UInt64
    ) throws(KalsaeError) -> [ParameterImportance] {
        var trials = RankedTrials()
        trials.update(history, space)
        guard trials.completeCount >= Self.fewest else {
            throw KalsaeError(
                "importance", expected: "at least \(Self.fewest) complete trials",
                got: "\(trials.completeCount)")
        }
        let raw =
            switch self {
            case .pedAnova: ParzenDivergence.importance(trials, space)
            case .functionalAnova: ForestAnova.importance(trials, space, seed: seed)
            }
        let sum = raw.reduce(0, +)
        return zip(space.names, raw).map {
            ParameterImportance(parameter: $0, share: sum > 0 ? $1 / sum : 0)
        }.sorted { ($1.share, $0.parameter) < ($0.share, $1.parameter) }
    }
}
