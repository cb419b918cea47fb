/// What the number of a setting may be.
public enum SettingRule: String, Sendable {
    /// At least 0 and less than 1: what is kept of a mean, as beta1.
    case share = "in [0, 1)"
    /// More than 0.
    case positive = "above 0"
    /// At least 0.
    case notNegative = "of at least 0"
    /// Less than 0.
    case negative = "below 0"

    /// Whether a number keeps the rule; none of the rules allows NaN or infinity.
    public func allows(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        switch self {
        case .share: return value >= 0 && value < 1
        case .positive: return value > 0
        case .notNegative: return value >= 0
        case .negative: return value < 0
        }
    }
}
