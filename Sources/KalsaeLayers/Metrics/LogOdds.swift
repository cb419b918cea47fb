import Glibc

/// The log odds of each class of a row: its logit less the logarithm of the others' summed exponentials.
/// They rise with the probability, and never saturate. A row's sums are taken once for all classes.
package struct LogOdds {
    private var best = 0
    private var (largest, second) = (-Double.infinity, -Double.infinity)
    /// `Σ exp(logit - largest)`, and the same of all others by the second largest.
    private var (sum, rest) = (0.0, 0.0)

    /// Of at least two logits.
    package init(_ logits: ArraySlice<Float>) {
        for (label, logit) in logits.enumerated() {
            let logit = Double(logit)
            if logit > largest {
                (best, second, largest) = (label, largest, logit)
            } else if logit > second {
                second = logit
            }
        }
        for (label, logit) in logits.enumerated() {
            sum += exp(Double(logit) - largest)
            if label != best { rest += exp(Double(logit) - second) }
        }
    }

    /// Those of a class by its logit, one of the row's.
    package func callAsFunction(_ logit: Float, of label: Int) -> Double {
        let logit = Double(logit)
        let (other, sum) =
            label == best ? (second, rest) : (largest, self.sum - exp(logit - largest))
        return other.isFinite ? logit - other - log(sum) : logit - other
    }
}
