import Glibc

/// That the best trials lie at an edge of a parameter's range, so that better ones may lie beyond.
public struct EdgeWarning: Sendable, Equatable, CustomStringConvertible {
    /// An end of a range.
    public enum Edge: String, Sendable {
        /// The lower one.
        case low
        /// The upper one.
        case high
    }

    /// The parameter.
    public let parameter: String
    /// Where its best values lie.
    public let edge: Edge
    /// The best values, the best first.
    public let values: [ParameterValue]
    /// The range that was searched.
    public let domain: ParameterDomain

    /// One line with what to do.
    public var description: String {
        let shown = values.map(Self.short).joined(separator: ", ")
        let end = edge == .low ? "lower" : "upper"
        return "\(parameter): the best trials lie at the \(end) edge of \(domain) (\(shown)); "
            + "move the range \(edge == .low ? "down" : "up")"
    }

    /// A value with four digits.
    private static func short(_ value: ParameterValue) -> String {
        guard case .real(let number) = value, number != 0, number.isFinite else {
            return value.description
        }
        let scale = pow(10, 3 - log10(number.magnitude).rounded(.down))
        let rounded = (number * scale).rounded() / scale
        return rounded.isFinite ? "\(rounded)" : value.description
    }

    /// How many of the best are looked at, how many must lie at an edge, and how wide that is.
    private static let rule = (best: 5, atEdge: 4, width: 0.1)

    /// The warnings of a history. In a range that does not matter, five of the best come to lie
    /// like this in one of a thousand studies: 2 (5 · 0.1⁴ · 0.9 + 0.1⁵) = 0.0009.
    static func warnings(_ history: TrialHistory, _ space: SearchSpace) -> [EdgeWarning] {
        var trials = RankedTrials()
        trials.update(history, space)
        let best = trials.order.prefix(rule.best).filter { !trials.losses[$0].isNaN }
        guard best.count == rule.best, trials.completeCount >= 4 * rule.best else { return [] }
        return space.parameters.indices.compactMap { column in
            let parameter = space.parameters[column]
            guard parameter.optionCount == 0, parameter.domain.count ?? .max >= 10 else {
                return nil
            }
            let units = best.map { trials.points[$0 * trials.dimension + column] }
            let low = units.filter { $0 <= rule.width }.count
            let high = units.filter { $0 >= 1 - rule.width }.count
            guard max(low, high) >= rule.atEdge else { return nil }
            return EdgeWarning(
                parameter: parameter.name, edge: low > high ? .low : .high,
                // A trial may lack the parameter.
                values: units.filter { !$0.isNaN }.map { parameter.value(at: $0) },
                domain: parameter.domain)
        }
    }
}
