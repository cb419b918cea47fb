import KalsaeLayers
import KalsaeSupport

extension TrainingLoop {
    /// Where the call stands, with what the loop keeps elsewhere.
    var fitProgress: FitProgress {
        var fit = progress
        fit.position = source.position
        fit.callbacks = callbacks.map(\.memory)
        if fit.isEpochOpen { fit.secondsBefore = secondsOfEpoch }
        return fit
    }

    /// The training at this boundary.
    var snapshot: Snapshot<Model> {
        var snapshot = bareSnapshot
        snapshot.good = goodStates
        return snapshot
    }

    /// The training at this boundary without what the guard goes back to.
    var bareSnapshot: Snapshot<Model> {
        Snapshot(
            model: step.model, optimizer: step.optimizerState, best: bestModel,
            progress: TrainingProgress(
                optimizer: "\(type(of: step.optimizer))", seed: seed, stepCount: step.count,
                epochsBegun: epochsBegun, learningRate: learningRate, fit: fitProgress))
    }

    /// The training at this boundary, apart from the model's type.
    var state: TrainingState { snapshot.state }

    /// Goes on from another boundary of this training, or of one like it.
    func restore(_ state: TrainingState) throws {
        // The layers that its tensors belong to.
        try configure(after: state.progress.fit?.interventions ?? [])
        progress.interventions = state.progress.fit?.interventions
        let snapshot = try bareSnapshot.restored(from: state)
        try restore(snapshot)
        goodStates = divergenceGuard == nil ? [] : snapshot.good
        if goodStates.isEmpty { keepGoodState() }
    }

    /// Goes on from another boundary of this training.
    func restore(_ snapshot: Snapshot<Model>) throws {
        guard let fit = snapshot.progress.fit else {
            throw KalsaeError(
                "training state", expected: "one that was taken in a call of fit",
                got: "one from before", advice: "restore it with trainer.restore, then call fit")
        }
        let isRemembered = fit.callbacks.contains { !$0.isEmpty }
        guard fit.callbacks.count == callbacks.count || !isRemembered else {
            throw KalsaeError(
                "training state", expected: "\(callbacks.count) callbacks",
                got: "\(fit.callbacks.count)",
                advice: "resume with the callbacks that the training began with")
        }
        try configure(after: fit.interventions ?? [])
        replayStart = nil
        try source.seek(to: fit.position)
        try step.restore(snapshot.model, snapshot.optimizer, count: snapshot.progress.stepCount)
        progress = fit
        bestModel = snapshot.best
        learningRate = snapshot.progress.learningRate
        epochsBegun = snapshot.progress.epochsBegun
        if isRemembered {
            for (index, memory) in fit.callbacks.enumerated() { callbacks[index].memory = memory }
        }
        restartClock()
    }
}
