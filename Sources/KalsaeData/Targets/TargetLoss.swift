import Glibc

/// What predictions of a number are to make small, and thereby what they are: means, medians, quantiles,
/// or rates.
///
/// In files and commands `meanSquaredError`, `huber(delta: 2)` or `huber=2`.
public enum TargetLoss: Sendable, Hashable {
    /// (p − t)²: predictions are means. The default.
    case meanSquaredError
    /// |p − t|: predictions are medians, which single far-off targets do not move.
    case meanAbsoluteError
    /// ½ d² for |d| ≤ delta, else delta · (|d| − ½ delta), d = p − t in deviations of the target (Huber,
    /// 1964): means of what is usual.
    case huber(delta: Double)
    /// level · (t − p) where p is below t, (1 − level) · (p − t) where it is above (Koenker and Bassett,
    /// 1978): a share of `level` of the targets lies below predictions.
    case quantile(level: Double)
    /// 2 (t log(t / p) − t + p): means of counts and of sums that are often 0; predictions are above 0, and
    /// a row's variance is taken to grow with its mean.
    case poisson
    /// 2 (log(p / t) + t / p − 1): means of amounts above 0; predictions are above 0, and a row's deviation
    /// is taken to grow with its mean.
    case gamma

    /// What keeps quotients finite, in deviations of the target.
    public static var epsilon: Double { 1e-12 }

    /// Whether predictions are powers of e, as rates and amounts are.
    public var isPositive: Bool { self == .poisson || self == .gamma }

    /// Whether a target is one that the loss has a value for.
    public func takes(_ target: Double) -> Bool {
        switch self {
        case .poisson: target >= 0
        case .gamma: target > 0
        default: true
        }
    }

    /// What ``takes(_:)`` asks for, in words.
    public var taken: String {
        switch self {
        case .poisson: "a number of at least 0 (--loss poisson)"
        case .gamma: "a number above 0 (--loss gamma)"
        default: "a number of moderate size"
        }
    }

    /// The loss of a prediction p of a target t.
    public func callAsFunction(_ p: Double, _ t: Double) -> Double {
        switch self {
        case .meanSquaredError: return (p - t) * (p - t)
        case .meanAbsoluteError: return abs(p - t)
        case .huber(let delta):
            let inside = min(max(p - t, -delta), delta)
            return inside * (p - t) - inside * inside / 2
        case .quantile(let level): return p < t ? level * (t - p) : (1 - level) * (p - t)
        case .poisson:
            let p = p + Self.epsilon
            return 2 * ((t > 0 ? t * log(t / p) : 0) - t + p)
        case .gamma:
            let p = p + Self.epsilon
            return 2 * (log(p / t) + t / p - 1)
        }
    }

    /// Its derivative by p.
    public func slope(_ p: Double, _ t: Double) -> Double {
        switch self {
        case .meanSquaredError: return 2 * (p - t)
        case .meanAbsoluteError: return p < t ? -1 : p > t ? 1 : 0
        case .huber(let delta): return min(max(p - t, -delta), delta)
        case .quantile(let level): return p < t ? -level : p > t ? 1 - level : 0
        case .poisson: return 2 * (1 - t / (p + Self.epsilon))
        case .gamma:
            let p = p + Self.epsilon
            return 2 * (1 / p - t / (p * p))
        }
    }

    /// What the loss of rows is divided by to be a negative log-likelihood, as far as it depends on
    /// predictions, of the distribution that it belongs to: 2 σ² of the normal one, the mean loss of
    /// Laplace's, 2 φ of those with the dispersion φ = mean (t − p)² / V(p), V(p) = p of `poisson` and p² of
    /// `gamma` (McCullagh and Nelder, 1989).
    public func dispersion(of rows: some Sequence<(p: Double, t: Double, weight: Double)>) -> Double
    {
        var (sum, total) = (0.0, 0.0)
        for (p, t, weight) in rows {
            total += weight
            let variance: Double =
                switch self {
                case .poisson: max(p, Self.epsilon)
                case .gamma: max(p * p, Self.epsilon)
                default: 1
                }
            sum += weight * (isPositive ? (t - p) * (t - p) / variance : self(p, t))
        }
        let mean = sum / max(total, .leastNormalMagnitude)
        switch self {
        case .meanAbsoluteError, .quantile: return mean
        default: return 2 * mean
        }
    }
}
