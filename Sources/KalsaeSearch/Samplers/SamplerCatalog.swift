import KalsaeSupport

/// The samplers by name, with their usual settings.
public enum SamplerCatalog: String, Sendable, CaseIterable {
    /// `RandomSampler`.
    case random
    /// `GridSampler`.
    case grid
    /// `SobolSampler`.
    case sobol
    /// `CoarseToFineSampler`.
    case coarseToFine = "coarse-to-fine"
    /// `TPESampler`.
    case tpe
    /// `CMAESSampler`.
    case cmaes
    /// `GaussianProcessSampler`.
    case gaussianProcess = "gp"
    /// `NSGA2Sampler`.
    case nsga2

    /// All names, for messages.
    public static let names = allCases.map(\.rawValue).joined(separator: ", ")

    /// A sampler.
    public func make() -> any Sampler {
        switch self {
        case .random: RandomSampler()
        case .grid: GridSampler()
        case .sobol: SobolSampler()
        case .coarseToFine: CoarseToFineSampler()
        case .tpe: TPESampler()
        case .cmaes: CMAESSampler()
        case .gaussianProcess: GaussianProcessSampler()
        case .nsga2: NSGA2Sampler()
        }
    }

    /// The sampler of a name.
    public init(named name: String) throws(KalsaeError) {
        guard let known = Self(rawValue: name) else {
            throw KalsaeError(
                "sampler", expected: "one of \(Self.names)", got: "\"\(name)\"",
                advice: SpellingSuggestion.advice(name, in: Self.allCases.map(\.rawValue)))
        }
        self = known
    }
}
