import KalsaeSupport

/// What is said of a training whose loss is not finite.
enum DivergedTraining {
    /// Which model a trainer is left with where nothing was restored.
    static let lastModel =
        "this step; restoresLastEpochOnDivergence brings back that of the last epoch"

    /// - Parameters:
    ///   - progress: where the training stands, the step with the loss taken.
    ///   - rate: the learning rate of the step.
    ///   - model: of when the trainer's model is.
    ///   - advice: in place of the general one.
    static func error(
        _ loss: Double, _ progress: FitProgress, rate: Double, model: String = lastModel,
        advice: String? = nil
    ) -> KalsaeError {
        let epoch = progress.history.epochCount + (progress.isEpochOpen ? 1 : 0)
        let general =
            "use a smaller learning rate, clip gradients (ClippedByGlobalNorm), or look for wrong "
            + "numbers in the data; the trainer's model is that of \(model)"
        return KalsaeError(
            "training", expected: "a finite loss",
            got: "\(loss.isNaN ? .nan : loss) at step \(progress.steps), in epoch \(epoch), "
                + "at rate \(Float(rate))",
            advice: advice ?? general)
    }
}
