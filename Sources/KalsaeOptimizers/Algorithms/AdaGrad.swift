import KalsaeSupport
import KalsaeTensor

/// AdaGrad (Duchi, Hazan and Singer, 2011): a rate for each number that only falls.
///
/// `h ← h + g²`, `p ← p - learningRate · g / (√h + epsilon)`; with epsilon inside of the root,
/// `p ← p - learningRate · g / √(h + epsilon)`.
public struct AdaGrad: Optimizer {
    /// The learning rate.
    public var learningRate: Double
    /// What the sum of squares starts from.
    public var initialAccumulator: Double
    /// Added to the root, or below it.
    public var epsilon: Double
    /// Where epsilon is added.
    public var epsilonPlacement: EpsilonPlacement

    /// Makes the optimizer; the defaults are PyTorch's. Keras has rate 0.001, accumulator 0.1 and
    /// epsilon 1e-7 inside of the root.
    public init(
        learningRate: Double = 0.01, initialAccumulator: Double = 0, epsilon: Double = 1e-10,
        epsilonPlacement: EpsilonPlacement = .outsideRoot
    ) {
        self.learningRate = learningRate
        self.initialAccumulator = initialAccumulator
        self.epsilon = epsilon
        self.epsilonPlacement = epsilonPlacement
    }

    /// The sum of squares.
    public var slotCount: Int { 1 }

    /// The sum of squares before the first step.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        [.full(parameter.shape, initialAccumulator, dtype: parameter.dtype)]
    }

    /// The settings with their rules.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("learningRate", &learningRate, .notNegative)
        try settings("initialAccumulator", &initialAccumulator, .notNegative)
        try settings("epsilon", &epsilon, .positive)
        try settings("epsilonPlacement", &epsilonPlacement)
    }

    /// The rate and epsilon.
    public func scalars(step: Int) -> OptimizerScalars {
        ["rate": learningRate, "epsilon": epsilon]
    }

    /// One step.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars s: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        let sum = slots[0] + gradient * gradient
        let root = epsilonPlacement.root(of: sum, s.epsilon)
        return (parameter - s.rate * (gradient / root), [sum])
    }
}

extension EpsilonPlacement {
    /// The root of a mean or sum of squares with epsilon inside of it or added to it.
    func root(of squares: Tensor, _ epsilon: Tensor) -> Tensor {
        switch self {
        case .outsideRoot: squares.sqrt() + epsilon
        case .insideRoot: (squares + epsilon).sqrt()
        }
    }
}
