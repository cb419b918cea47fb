import KalsaeSupport

/// A rule that all parameters of a trial obey together: Σ factor · parameter ≤ limit.
///
/// A parameter that is not there, as one under another choice, counts as 0.
public struct SpaceConstraint: Hashable, Sendable {
    /// A parameter of the sum.
    public struct Term: Hashable, Sendable {
        /// Its name.
        public let parameter: String
        /// What it is multiplied with.
        public let factor: Double

        /// factor · parameter.
        public init(parameter: String, factor: Double) {
            (self.parameter, self.factor) = (parameter, factor)
        }
    }

    /// The terms of the sum.
    public let terms: [Term]
    /// What the sum may be at most.
    public let limit: Double

    /// Σ factor · parameter ≤ limit.
    public init(_ factors: KeyValuePairs<String, Double>, atMost limit: Double) {
        self.init(terms: factors.map { Term(parameter: $0.key, factor: $0.value) }, limit: limit)
    }

    /// The sum of the terms is at most the limit.
    public init(terms: [Term], limit: Double) { (self.terms, self.limit) = (terms, limit) }

    /// smaller ≤ greater.
    public static func order(_ smaller: String, _ greater: String) -> SpaceConstraint {
        SpaceConstraint([smaller: 1, greater: -1], atMost: 0)
    }

    /// Whether an assignment obeys it.
    public func holds(for assignment: Assignment) -> Bool {
        let sum = terms.reduce(0.0) { sum, term in
            sum + term.factor * (assignment[term.parameter]?.number ?? 0)
        }
        return sum <= limit
    }

    func check(_ space: SearchSpace) throws(KalsaeError) {
        for term in terms {
            guard let index = space.index(of: term.parameter) else {
                throw KalsaeError(
                    "constraint", expected: "parameters of the space",
                    got: "\"\(term.parameter)\"",
                    advice: SpellingSuggestion.advice(term.parameter, in: space.names))
            }
            guard space.parameters[index].optionCount == 0, term.factor.isFinite else {
                throw KalsaeError(
                    "constraint", expected: "numeric parameters with finite factors",
                    got: "\"\(term.parameter)\" times \(term.factor)")
            }
        }
        guard !limit.isNaN else {
            throw KalsaeError("constraint", expected: "a limit", got: "\(limit)")
        }
    }
}
