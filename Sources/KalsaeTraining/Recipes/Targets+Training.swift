import KalsaeData
import KalsaeLayers

extension LabeledData.Targets {
    /// The outputs that a network needs: one per class, or one value.
    public var outputCount: Int {
        switch self {
        case .classes(_, let names): names.count
        case .values: 1
        }
    }

    /// The names of the classes; none for values.
    public var classNames: [String] {
        switch self {
        case .classes(_, let names): names
        case .values: []
        }
    }

    /// The loss that suits the targets.
    public var loss: Loss {
        switch self {
        case .classes: .softmaxCrossEntropy
        case .values(_, let scale): scale.loss.ofTensors
        }
    }

    /// The metrics that are reported for the targets.
    public var metrics: [Metric] {
        switch self {
        case .classes: [.accuracy]
        case .values: [.r2, .mae, .rmse]
        }
    }

    /// The function behind a network's last layer, which makes its outputs what the loss takes; nil for none.
    var link: Activation? {
        if case .values(_, let scale) = self, scale.loss.isPositive { .exponential } else { nil }
    }

    /// What one unit of a standardized value is in the table's own units.
    var unit: Double {
        switch self {
        case .classes: 1
        case .values(_, let scale): scale.deviation
        }
    }
}

extension TargetLoss {
    /// The loss of tensors, of outputs and targets as networks have them.
    package var ofTensors: Loss {
        switch self {
        case .meanSquaredError: .meanSquaredError
        case .meanAbsoluteError: .meanAbsoluteError
        case .huber(let delta): .huber(delta: delta)
        case .quantile(let level): .quantile(level: level)
        case .poisson: .poissonDeviance
        case .gamma: .gammaDeviance
        }
    }
}
