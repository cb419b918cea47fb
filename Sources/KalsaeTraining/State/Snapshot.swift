import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// A training at a boundary with the types of its model, to go back to within the process.
struct Snapshot<Model: Layer> {
    var model: Model
    var optimizer: OptimizerState
    var best: Model?
    var progress: TrainingProgress
    /// What the guard against divergence goes back to.
    var good: [Snapshot] = []
}

extension Snapshot {
    /// The same apart from the model's type.
    var state: TrainingState {
        TrainingState(
            model: NamedTensors(model), optimizer: NamedTensors(optimizer, of: model),
            best: best.map { NamedTensors($0) }, progress: progress, good: good.map(\.state))
    }

    /// A state as one of a training like this.
    ///
    /// - Throws: a `KalsaeError` where it is that of another model, optimizer or seed.
    func restored(from state: TrainingState) throws(KalsaeError) -> Snapshot {
        for (name, own, given) in [
            ("optimizer", progress.optimizer, state.progress.optimizer),
            ("seed", "\(progress.seed)", "\(state.progress.seed)"),
        ] where own != given {
            throw KalsaeError(
                "training state", expected: "\(name) \(own)", got: given,
                advice: "make the trainer as the one that the state was taken of")
        }
        try state.progress.check()
        var restored = self
        restored.model = try state.model.restored(into: model, subject: "training state: model")
        restored.optimizer = try state.optimizer.restored(
            into: optimizer, of: model, subject: "training state: optimizer")
        restored.best = nil
        if let best = state.best {
            restored.best = try best.restored(into: model, subject: "training state: best model")
        }
        restored.progress = state.progress
        restored.good = []
        for state in state.good { restored.good.append(try restored.restored(from: state)) }
        return restored
    }
}
