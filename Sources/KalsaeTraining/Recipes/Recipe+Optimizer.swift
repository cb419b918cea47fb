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
            case .rmsprop, .adam, .amsgrad, .adamw, .lion: 0.001
            case .adadelta: 1
            case .adamax, .nadam: 0.002
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

    /// How the learning rate changes over a training of known length.
    public enum ScheduleName: String, CaseIterable, Codable, Sendable {
        case constant, step, exponential
        case inverseTime = "inverse-time"
        case polynomial, cosine
        case cosineRestarts = "cosine-restarts"
        case warmup
        case warmupCosine = "warmup-cosine"
        case oneCycle = "one-cycle"
        case noam, plateau

        /// The schedule for a number of steps; nil where the rate depends on the validation loss.
        ///
        /// A tenth of the rate after each third (`step`), a hundredth at the end (`exponential`), a
        /// tenth at the end (`inverse-time`), four periods (`cosine-restarts`), a tenth of the
        /// steps to warm up. The rate is the highest one in each.
        public func make(steps: Int) -> LearningRateSchedule? {
            let steps = max(steps, 1)
            let warmup = max(steps / 10, 1)
            switch self {
            case .constant: return .constant()
            case .step: return .step(every: max(steps / 3, 1))
            case .exponential: return .exponential(factor: 0.01, every: steps)
            case .inverseTime: return .inverseTime(decay: 9, every: steps)
            case .polynomial: return .polynomial(steps: steps)
            case .cosine: return .cosine(steps: steps)
            case .cosineRestarts: return .cosineRestarts(period: max(steps / 4, 1))
            case .warmup: return .linearWarmup(steps: warmup)
            case .warmupCosine:
                let rest = max(steps - warmup, 1)
                return .cosine(steps: rest).warmedUp(over: warmup)
            case .oneCycle: return .oneCycle(steps: steps)
            case .noam: return .inverseSquareRoot(warmup: warmup)
            case .plateau: return nil
            }
        }

        /// The rule that depends on the validation loss, if it is one.
        public func plateau(patience: Int?) -> PlateauReduction? {
            guard self == .plateau else { return nil }
            // The rate must fall before training ends for the same reason.
            return PlateauReduction(factor: 0.3, patience: max((patience ?? 10) / 3, 1))
        }
    }

    /// The optimizer with all that the recipe says of it.
    public func makeOptimizer() -> any Optimizer {
        var made = optimizer.make(learningRate: learningRate)
        if let weightDecay {
            if var adamW = made as? AdamW {
                adamW.decay = weightDecay
                made = adamW
            } else {
                made = WeightDecayed(made, decay: weightDecay)
            }
        }
        if let clipNorm { made = ClippedByGlobalNorm(made, limit: clipNorm) }
        return made
    }
}
