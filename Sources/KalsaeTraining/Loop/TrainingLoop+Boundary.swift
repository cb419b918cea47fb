import KalsaeLayers
import KalsaeOptimizers

/// Step boundaries and the ends of epochs: where callbacks and cancellation act.
extension TrainingLoop {
    /// Lets all callbacks act, does what they ask for, and looks whether the task was cancelled.
    func boundary(
        _ call: (inout any Callback, inout TrainingControl) throws -> Void
    ) throws {
        if !callbacks.isEmpty {
            var control = TrainingControl(learningRate: learningRate)
            for index in callbacks.indices {
                control.caller = index
                do { try call(&callbacks[index], &control) } catch let stop as TrainingStop {
                    control.stop(stop.reason)
                }
            }
            try carryOut(control)
        }
        lookForCancellation()
    }

    /// Does what callbacks asked for: the state that they are handed has all of it.
    private func carryOut(_ control: TrainingControl) throws {
        if let (state, caller) = control.rollback {
            let memory = callbacks[caller].memory
            try restore(state)
            callbacks[caller].memory = memory
        }
        try LearningRate.check(control.learningRate)
        learningRate = control.learningRate
        if !control.checkpoints.isEmpty {
            let state = state
            for body in control.checkpoints { try body(state) }
        }
        if let stop = control.stop { end = end ?? .stopped(reason: stop.reason) }
    }

    func lookForCancellation() {
        if Task.isCancelled { end = end ?? .cancelled }
    }
}
