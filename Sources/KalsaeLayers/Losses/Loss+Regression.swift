import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

// Losses of values: predictions p and targets t of one shape.
extension Loss {
    static let regressionLosses = [
        meanSquaredError, halfSquaredError, meanAbsoluteError, huber, quantile, logCosh, poisson,
        poissonOfRate, poissonDeviance, gammaDeviance,
    ]

    /// Mean of squared differences: mean (p - t)².
    public static let meanSquaredError = elementwise("meanSquaredError") { p, t, _ in
        let difference = p - t
        return difference * difference
    }

    /// Half the sum of squared differences over a row, ½ Σ (p - t)²: the lectures' form; the mean
    /// is over the rows only.
    public static let halfSquaredError = Loss("halfSquaredError") { p, t, _ in
        let difference = p - matched("halfSquaredError", p, t)
        let half = difference * difference * 0.5
        guard half.fault == nil, half.rank > 1 else { return Terms(half) }
        return Terms(half.sum(axes: Array(1..<half.rank)))
    }

    /// Mean of absolute differences: mean |p - t|, gradient 0 at 0.
    public static let meanAbsoluteError = elementwise("meanAbsoluteError") { p, t, _ in
        (p - t).abs()
    }

    /// ½ d² for |d| ≤ delta, else delta · (|d| - ½ delta), with d = p - t (Huber, 1964); delta is
    /// 1 by default.
    public static let huber = elementwise("huber", ["delta": [1]]) { p, t, settings in
        let delta = settings["delta"]
        let difference = p - t
        let inside = difference.clipped(to: -abs(delta)...abs(delta))
        // With d cut to ±delta as c: c · d - ½ c² is both branches in one.
        return inside * difference - inside * inside * 0.5
    }

    /// The pinball loss, level · (t - p) where p is below t and (1 - level) · (p - t) where it is
    /// above (Koenker and Bassett, 1978): the p that makes it least is the quantile of t at that
    /// level, by default .5, the median. Gradient 0 at 0.
    public static let quantile = elementwise("quantile", ["level": [0.5]]) { p, t, settings in
        let level = settings["level"]
        guard (0...1).contains(level) else {
            let error = KalsaeError("quantile", expected: "a level from 0 to 1", got: "\(level)")
            return Tensor(error, operands: [p])
        }
        return (t - p).relu() * level + (p - t).relu() * (1 - level)
    }

    /// log cosh (p - t), without overflow.
    public static let logCosh = elementwise("logCosh") { p, t, _ in
        let difference = p - t
        return difference + (difference * -2).softplus() - 0.6931471805599453
    }

    /// e^p - t · p: the negative log-likelihood of counts t of a Poisson distribution, without its
    /// constant, from the logarithm p of the rate.
    public static let poisson = elementwise("poisson") { p, t, _ in p.exp() - t * p }

    /// p - t · log(p + epsilon): the same from the rate p itself; epsilon is 1e-7, as in Keras.
    public static let poissonOfRate = elementwise(
        "poissonOfRate", ["epsilon": [1e-7]]
    ) { p, t, settings in p - t * (p + settings["epsilon"]).log() }

    /// 2 (t log(t / p) - t + p) of a rate p above 0: ``poissonOfRate`` less its value at p = t, twice; the
    /// square's like for counts (McCullagh and Nelder, 1989). Epsilon, added to p, is 1e-12.
    public static let poissonDeviance = elementwise(
        "poissonDeviance", ["epsilon": [1e-12]]
    ) { p, t, settings in
        let rate = p + settings["epsilon"]
        // 0 · log 0 is 0.
        let inside = (t .> 0).select(t, .ones(like: t))
        return (t * (inside.log() - rate.log()) - t + rate) * 2
    }

    /// 2 (log(p / t) + t / p - 1) of a mean p above 0 and targets above 0: the gamma distribution's
    /// (McCullagh and Nelder, 1989). Epsilon, added to p, is 1e-12.
    public static let gammaDeviance = elementwise(
        "gammaDeviance", ["epsilon": [1e-12]]
    ) { p, t, settings in
        let mean = p + settings["epsilon"]
        return (mean.log() - t.log() + t / mean - 1) * 2
    }

    /// Huber's loss with a delta.
    public static func huber(delta: Double) -> Loss { huber.with("delta", delta) }

    /// The pinball loss of a quantile.
    public static func quantile(level: Double) -> Loss { quantile.with("level", level) }

    /// A loss of each output by itself, the mean over the outputs of a row.
    static func elementwise(
        _ name: String, _ defaults: KeyValuePairs<String, [Double]> = [:], input: Input = .values,
        body: @escaping @Sendable (Tensor, Tensor, FunctionSettings) -> Tensor
    ) -> Loss {
        Loss(name, defaults, input: input) { predictions, targets, settings in
            let targets = matched(name, predictions, targets)
            guard targets.fault == nil else { return Terms(targets) }
            return Terms(rowMean(body(predictions, targets, settings)))
        }
    }
}
