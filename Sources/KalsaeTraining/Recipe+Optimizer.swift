import KalsaeOptimizers

extension Recipe {
    /// Which optimizer.
    public enum OptimizerName: String, CaseIterable, Codable, Sendable {
        case sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, amsgrad, adamw, adamax
        case nadam, lion, adafactor

        /// The learning rate where none is given: what small networks on small batches bear.
        public var defaultRate: Double {
            switch self {
            case .sgd: 0.1
            case .momentum, .nesterov, .adagrad, .adafactor: 0.01
            case .rmsprop, .adam, .amsgrad, .adamw: 0.001
            case .adadelta: 1
            case .adamax, .nadam: 0.002
            case .lion: 0.0003
            }
        }

        /// The optimizer with a rate.
        public func make(learningRate: Double) -> any Optimizer {
            switch self {
            case .sgd: SGD(learningRate: learningRate)
            case .momentum: SGD(learningRate: learningRate, momentum: 0.9)
            case .nesterov: SGD(learningRate: learningRate, momentum: 0.9, nesterov: true)
            case .adagrad: AdaGrad(learningRate: learningRate)
            case .rmsprop: RMSProp(learningRate: learningRate)
            case .adadelta: Adadelta(learningRate: learningRate)
            case .adam: Adam(learningRate: learningRate)
            case .amsgrad: AMSGrad(learningRate: learningRate)
            case .adamw: AdamW(learningRate: learningRate)
            case .adamax: AdaMax(learningRate: learningRate)
            case .nadam: NAdam(learningRate: learningRate)
            case .lion: Lion(learningRate: learningRate)
            case .adafactor: Adafactor(learningRate: learningRate)
            }
        }
    }
}
