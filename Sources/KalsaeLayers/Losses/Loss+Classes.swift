import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

// Losses of classes: one of several for each row. Targets are class numbers `[…]`, or shares of
// all classes `[…, classes]` where predictions are `[…, classes]`.
extension Loss {
    static let classLosses = [softmaxCrossEntropy, crossEntropy, klDivergence]

    private static let classSettings: KeyValuePairs<String, [Double]> = [
        "labelSmoothing": [0], "ignoring": [.nan], "classWeights": [], "epsilon": [1e-7],
    ]

    /// -Σ t log softmax(logits), without overflow.
    ///
    /// A class number out of range is thrown when the value is asked for. `labelSmoothing` s makes
    /// targets (1 - s) · t + s / classes; `classWeights` weigh each row by its class, and the mean
    /// is by these weights; a row whose class is `ignoring` does not count. As in PyTorch.
    public static let softmaxCrossEntropy = Loss(
        "softmaxCrossEntropy", classSettings, input: .logits
    ) { logits, targets, settings in
        let name = "softmax cross-entropy"
        guard logits.rank >= 1, logits.shape[logits.rank - 1] > 0 else {
            return Terms(classFault(name, logits, targets))
        }
        let last = logits.rank - 1
        let shifted = logits - logits.max(axes: [last], keepsAxes: true).stopGradient()
        let logSum = shifted.exp().sum(axes: [last]).log()
        return classTerms(name, shifted, targets, settings, logSum: logSum)
    }

    /// -Σ t log(p + epsilon) from probabilities p; epsilon is 1e-7, as in the lectures.
    ///
    /// Smoothing, weights and ignored classes as in ``softmaxCrossEntropy``, which is better
    /// wherever there are logits: where p is 0 or 1, digits are lost here.
    public static let crossEntropy = Loss(
        "crossEntropy", classSettings, input: .probabilities
    ) { p, targets, settings in
        let name = "cross-entropy"
        guard p.rank >= 1, p.shape[p.rank - 1] > 0 else {
            return Terms(classFault(name, p, targets))
        }
        let logarithms = (p + settings["epsilon"]).log()
        return classTerms(name, logarithms, targets, settings, logSum: nil)
    }

    /// Σ t (log t - log softmax(logits)) for targets t `[…, classes]` that are probabilities
    /// (Kullback and Leibler); log-probabilities are logits too.
    public static let klDivergence = Loss("klDivergence", input: .logits) { logits, targets, _ in
        let targets = matched("klDivergence", logits, targets)
        guard targets.fault == nil else { return Terms(targets) }
        let isZero = targets .== 0
        // 0 · log 0 is 0.
        let logarithms = isZero.select(.ones(like: targets), targets).log()
        let terms = targets * (logarithms - logits.logSoftmax())
        return Terms(terms.sum(axes: [terms.rank - 1]))
    }

    /// Cross-entropy from logits with settings; see ``softmaxCrossEntropy``.
    public static func softmaxCrossEntropy(
        labelSmoothing: Double = 0, classWeights: [Double] = [], ignoring: Int? = nil
    ) -> Loss {
        softmaxCrossEntropy.forClasses(labelSmoothing, classWeights, ignoring)
    }

    /// Cross-entropy from probabilities with settings; see ``crossEntropy``.
    public static func crossEntropy(
        labelSmoothing: Double = 0, classWeights: [Double] = [], ignoring: Int? = nil,
        epsilon: Double = 1e-7
    ) -> Loss {
        crossEntropy.forClasses(labelSmoothing, classWeights, ignoring).with("epsilon", epsilon)
    }

    private func forClasses(
        _ smoothing: Double, _ weights: [Double], _ ignoring: Int?
    ) -> Loss {
        var loss = with("labelSmoothing", smoothing)
        loss.settings[all: "classWeights"] = weights
        if let ignoring { loss.settings[all: "ignoring"] = [Double(ignoring)] }
        return loss
    }

    /// Cross-entropies from numbers that are log-probabilities once `logSum` is taken off.
    private static func classTerms(
        _ name: String, _ numbers: Tensor, _ targets: Tensor, _ settings: FunctionSettings,
        logSum: Tensor?
    ) -> Terms {
        let last = numbers.rank - 1
        let classes = numbers.shape[last]
        let smoothing = settings["labelSmoothing"]
        let weights = settings[all: "classWeights"]
        guard weights.isEmpty || weights.count == classes, (0..<1).contains(smoothing) else {
            return Terms(
                Tensor(
                    KalsaeError(
                        name, expected: "\(classes) class weights, a label smoothing in 0 ..< 1",
                        got: "\(weights.count), \(smoothing)"), operands: [numbers]))
        }
        let classWeights =
            weights.isEmpty
            ? nil : Tensor(weights.map { Float($0) }).cast(to: numbers.dtype)
        let isDense = targets.shape == numbers.shape && !targets.dtype.isInteger
        guard
            isDense || (targets.dtype.isInteger && targets.shape.sizes == numbers.shape.dropLast())
        else { return Terms(classFault(name, numbers, targets)) }

        var kept: Tensor?
        var rowWeights: Tensor?
        let chosen: Tensor
        if isDense {
            let weighted = targets.cast(to: numbers.dtype)
            let shares = weighted * (1 - smoothing) + smoothing / Double(classes)
            let all = classWeights.map { shares * $0 } ?? shares
            chosen = (all * numbers).sum(axes: [last])
            let total = all.sum(axes: [last])
            return Terms((logSum.map { $0 * total - chosen }) ?? -chosen)
        }
        var labels = targets.dtype == .int64 ? targets : targets.cast(to: .int32)
        let ignored = settings["ignoring"]
        if !ignored.isNaN {
            let isKept = labels .!= ignored
            labels = isKept.select(labels, .zeros(like: labels))
            kept = isKept.cast(to: numbers.dtype)
        }
        // Gathering changes nothing but refuses numbers out of range, in the loss's name.
        let numbered = Tensor.arange(classes).labeled("\(name).classes")
        let checked = numbered.gathered(at: labels)
        let isLabel = checked.expandingShape(at: -1) .== Tensor.arange(classes)
        chosen = isLabel.select(numbers, .zeros(like: numbers)).sum(axes: [last])
        var values = (logSum.map { $0 - chosen }) ?? -chosen
        rowWeights = classWeights.map { $0.gathered(at: labels) }
        if let rowWeights { values *= rowWeights }
        if smoothing > 0 {
            // The even part weighs every class by its own weight, as in PyTorch.
            let each = classWeights.map { numbers * $0 } ?? numbers
            let total = classWeights?.mean() ?? Tensor(Float(1)).cast(to: numbers.dtype)
            let smooth = each.mean(axes: [last])
            let even = (logSum.map { $0 * total - smooth }) ?? -smooth
            values = values * (1 - smoothing) + even * smoothing
        }
        if let kept {
            values *= kept
            rowWeights = rowWeights.map { $0 * kept } ?? kept
        }
        return Terms(values, weights: rowWeights)
    }

    /// What makes targets of another type or shape class numbers.
    private static func advice(_ logits: Tensor, _ targets: Tensor) -> String {
        let rows = logits.shape.sizes.dropLast()
        if targets.dtype.isFloat, targets.shape.sizes == Array(rows) {
            return "class numbers are whole: use .cast(to: .int32)"
        }
        if targets.dtype.isInteger, targets.shape.sizes == rows + [1] {
            return "drop the last axis: use .squeezingShape(at: -1)"
        }
        return ""
    }

    private static func classFault(_ name: String, _ logits: Tensor, _ targets: Tensor) -> Tensor {
        Tensor(
            KalsaeError(
                name,
                expected: "logits [batch, classes] and class numbers [batch], or shares of the "
                    + "logits' shape",
                got: "\(logits.dtype)\(logits.shape) and \(targets.dtype)\(targets.shape)",
                advice: advice(logits, targets)),
            operands: [logits])
    }
}
