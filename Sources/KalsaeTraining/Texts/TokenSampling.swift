import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// How the next token is drawn from the logits of a model: temperature, top-k and top-p, in this order.
///
/// With temperature `t` the probabilities are `softmax(logits / t)`; 0 takes the likeliest token always
/// (greedy decoding). Top-k leaves the `k` likeliest tokens, and top-p (nucleus sampling; Holtzman et al.
/// 2020) the fewest likeliest whose probabilities reach `p`; of tokens as likely as the last of them, all.
package struct TokenSampling: Sendable, Equatable {
    /// Below 1 the likely becomes likelier; above, all becomes alike; 0 for the likeliest.
    package var temperature: Double
    /// How many tokens are left; nil for all.
    package var topK: Int?
    /// Which probability the tokens that are left reach; nil for all.
    package var topP: Double?

    package init(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil) {
        (self.temperature, self.topK, self.topP) = (temperature, topK, topP)
    }

    /// Throws for numbers that make no rule.
    ///
    /// - Parameter name: what a number is called in errors, by its property.
    package func check(_ name: (String) -> String = { $0 }) throws(KalsaeError) {
        guard temperature >= 0, temperature.isFinite else {
            throw KalsaeError(
                name("temperature"), expected: "a number of at least 0", got: "\(temperature)")
        }
        if let topK, topK < 1 {
            throw KalsaeError(name("topK"), expected: "at least 1 token", got: "\(topK)")
        }
        if let topP, !(topP > 0 && topP <= 1) {
            throw KalsaeError(
                name("topP"), expected: "a probability above 0 and up to 1", got: "\(topP)")
        }
    }

    /// The number (`int32`) of a token for rows of logits `[…, tokens]`.
    func token(logits: Tensor, key: RandomKey) -> Tensor {
        guard logits.fault == nil else { return logits }
        guard temperature > 0 else { return logits.argMax() }
        // Beyond these, float32 has no number, or an infinite one.
        let divisor = min(max(temperature, Double(Float.leastNormalMagnitude)), 1e30)
        // Below 0 all of them, so that a small temperature makes no infinity of the likeliest.
        var row = (logits - logits.max(axes: [-1], keepsAxes: true)) / divisor
        let count = row.shape[row.rank - 1]
        if let topK, topK < count {
            row = Self.leave(row, from: row.topK(topK).values.min(axes: [-1], keepsAxes: true))
        }
        if let topP, topP < 1 {
            let ordered = row.sorted(descending: true)
            let before = ordered.softmax(axis: -1).cumulativeSum(exclusive: true)
            // The sum before the likeliest is 0: it is always left.
            let most = max(topP, Double(Float.leastNormalMagnitude))
            let left = ordered.replacing(with: .infinity, where: before .>= most)
            row = Self.leave(row, from: left.min(axes: [-1], keepsAxes: true))
        }
        return .categorical(logits: row, key: key)
    }

    private static func leave(_ row: Tensor, from least: Tensor) -> Tensor {
        row.replacing(with: -.infinity, where: row .< least)
    }
}
