import KalsaeSupport

/// Tries every combination of some values of each parameter, each once.
///
/// Choices and steps take all their values, real ranges `levels` values from low to high, equally
/// far from each other on their scale. The last parameter changes first.
public struct GridSampler: Sampler {
    /// "grid".
    public let name = "grid"
    /// True.
    public let hasEnd = true
    /// The number of values of a real range.
    public let levels: Int

    /// The greatest number of combinations.
    public static let greatestCount = 1_000_000

    private var points: [[Double]] = []
    private var version = 0

    /// A grid with some values for each real range, at least 2.
    public init(levels: Int = 5) { self.levels = max(2, levels) }

    /// The first combination in order that no trial has.
    public mutating func propose(for request: SamplerRequest) throws(KalsaeError) -> [Double] {
        let space = request.space
        guard !space.parameters.isEmpty else {
            throw KalsaeError(
                "grid", expected: "a space that is declared", got: "none",
                advice: "give the study a space, or search at random")
        }
        try update(space)
        let tried = Self.tried(request.history)
        guard
            let point = points.first(where: { !tried.contains(Self.key(space.assignment(at: $0))) })
        else {
            throw KalsaeError(
                "grid", expected: "a combination that was not tried",
                got: "none left of \(points.count)")
        }
        return point
    }

    /// Whether all combinations were tried.
    public func isExhausted(_ history: TrialHistory, in space: SearchSpace) -> Bool {
        var copy = self
        // What is wrong with a space is told when a proposal is asked for.
        guard !space.parameters.isEmpty, (try? copy.update(space)) != nil else { return false }
        let tried = Self.tried(history)
        return copy.points.allSatisfy { tried.contains(Self.key(space.assignment(at: $0))) }
    }

    private static func tried(_ history: TrialHistory) -> Set<[ParameterValue]> {
        Set(history.trials.filter { $0.source.isEmpty }.map { key($0.parameters) })
    }

    /// Values in the order of the names.
    private static func key(_ assignment: Assignment) -> [ParameterValue] {
        zip(assignment.names, assignment.values).sorted { $0.0 < $1.0 }.flatMap {
            [.text($0.0), $0.1]
        }
    }

    private mutating func update(_ space: SearchSpace) throws(KalsaeError) {
        guard version != space.version || points.isEmpty else { return }
        let axes = space.parameters.map { parameter -> [Double] in
            guard let count = parameter.domain.count else {
                return (0..<levels).map { Double($0) / Double(levels - 1) }
            }
            // Beyond what any grid may have, the size is refused below.
            let shown = min(count, Self.greatestCount + 1)
            guard let map = parameter.map else {
                return (0..<shown).map { (Double($0) + 0.5) / Double(count) }
            }
            return (0..<shown).map { map.unit(of: min(map.low + map.step * Double($0), map.high)) }
        }
        let size = axes.reduce(1.0) { $0 * Double($1.count) }
        guard size <= Double(Self.greatestCount) else {
            throw KalsaeError(
                "grid", expected: "at most \(Self.greatestCount) combinations", got: "\(size)",
                advice: "search fewer parameters or levels, or at random")
        }
        var index = [Int](repeating: 0, count: axes.count)
        points = []
        for _ in 0..<Int(size) {
            let point = zip(axes, index).map { $0[$1] }
            // Where a parameter is not there, its first value stands for all.
            let isFirst = index.indices.allSatisfy {
                index[$0] == 0 || space.isActive($0, at: point)
            }
            if isFirst, space.isFeasible(point) { points.append(point) }
            var axis = axes.count - 1
            while axis >= 0 {
                index[axis] += 1
                if index[axis] < axes[axis].count { break }
                index[axis] = 0
                axis -= 1
            }
        }
        version = space.version
    }
}
