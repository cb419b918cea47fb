import KalsaeOptimizers

/// The optimizers in the form of 'Deep Learning from Scratch': epsilon 1e-7, outside of the root,
/// not bias-corrected.
enum LectureOptimizers {
    static func adaGrad(_ rate: Double = 0.01) -> AdaGrad {
        AdaGrad(learningRate: rate, epsilon: 1e-7)
    }

    static func rmsProp(_ rate: Double = 0.01) -> RMSProp {
        RMSProp(learningRate: rate, decay: 0.99, epsilon: 1e-7)
    }

    static func adam(_ rate: Double = 0.001) -> Adam {
        Adam(learningRate: rate, epsilon: 1e-7, epsilonForm: .beforeCorrection)
    }

    static func momentum(_ rate: Double = 0.01) -> SGD {
        SGD(learningRate: rate, momentum: 0.9)
    }
}
