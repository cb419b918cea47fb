import KalsaeFiles

/// One number that a lecture prints, beside the one that came out here.
public struct LectureCheck: Sendable, Equatable {
    /// What the number must be.
    public enum Rule: Sendable, Equatable {
        /// A value up to an absolute tolerance.
        case value(Double, tolerance: Double)
        /// Any number from the first to the second; an infinite end is open.
        case band(Double, Double)
    }

    /// Which number, in words.
    public let name: String
    /// What came out.
    public let got: Double
    /// What it must be.
    public let rule: Rule

    /// Whether the number came out; NaN never does.
    public var passed: Bool {
        switch rule {
        case .value(let expected, let tolerance): (got - expected).magnitude <= tolerance
        case .band(let low, let high): low <= got && got <= high
        }
    }

    /// The check for a report: a value with its tolerance, or the two ends of a band.
    public var json: JSONValue {
        let rest: [JSONValue.Member]
        switch rule {
        case .value(let expected, let tolerance):
            rest = [
                JSONValue.Member("expected", .number(expected)),
                JSONValue.Member("tolerance", .number(tolerance)),
            ]
        case .band(let low, let high):
            rest = [
                JSONValue.Member("low", .number(low)), JSONValue.Member("high", .number(high)),
            ]
        }
        let head = [JSONValue.Member("name", .string(name)), JSONValue.Member("got", .number(got))]
        return .object(head + rest + [JSONValue.Member("passed", .bool(passed))])
    }
}
