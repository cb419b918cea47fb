import KalsaeSupport

/// The pruners by name, with their usual settings.
public enum PrunerCatalog: String, Sendable, CaseIterable {
    /// `NoPruner`.
    case none
    /// `PercentilePruner` at 50 %.
    case median
    /// `PercentilePruner` at 25 %: the best quarter goes on.
    case percentile
    /// `SuccessiveHalvingPruner` from a fifth of the steps on, of three trials one: trials are judged
    /// once they are past their first steps, and some two fifths of all steps are taken.
    case successiveHalving = "successive-halving"
    /// `HyperbandPruner`.
    case hyperband
    /// `PatiencePruner` with a tenth of the steps, but at least 5.
    case patience

    /// All names, for messages.
    public static let names = allCases.map(\.rawValue).joined(separator: ", ")

    /// A pruner for trials that report up to so many steps.
    public func make(steps: Int) -> any Pruner {
        switch self {
        case .none: NoPruner()
        case .median: PercentilePruner.median(warmup: min(3, steps / 10))
        case .percentile: PercentilePruner(percentile: 25, warmup: min(3, steps / 10))
        case .successiveHalving: SuccessiveHalvingPruner(first: max(1, steps / 5), factor: 3)
        case .hyperband: HyperbandPruner(greatest: steps)
        case .patience: PatiencePruner(max(5, steps / 10))
        }
    }

    /// The pruner of a name.
    public init(named name: String) throws(KalsaeError) {
        guard let known = Self(rawValue: name) else {
            throw KalsaeError(
                "pruner", expected: "one of \(Self.names)", got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: Self.allCases.map(\.rawValue)))
        }
        self = known
    }
}
