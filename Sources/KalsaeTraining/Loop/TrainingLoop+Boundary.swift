import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// Step boundaries and the ends of epochs: where callbacks and cancellation act.
extension TrainingLoop {
    /// Lets all callbacks act, does what they ask for, and looks whether the task was cancelled.
    ///
    /// Where one throws, the others still see the boundary and have their requests: a state that is
    /// taken or resumed there is whole. Then the first error is thrown.
    func boundary(
        _ call: (inout any Callback, inout TrainingControl) throws -> Void
    ) throws {
        var called = Array(callbacks.indices)
        while !called.isEmpty {
            var control = TrainingControl(learningRate: learningRate)
            if !progress.isEpochOpen { control.work = spent }
            if step.observesNorms { control.readNorms = { [step] in step.norms } }
            var failure: (any Error)?
            var held: [Int] = []
            for index in called {
                control.caller = index
                control.isHeld = false
                do {
                    try call(&callbacks[index], &control)
                } catch let stop as TrainingStop {
                    control.stop(stop.reason)
                } catch { failure = failure ?? error }
                if control.isHeld { held.append(index) }
            }
            try carryOut(control)
            if let failure { throw failure }
            called = end == nil && !Task.isCancelled ? held : []
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
        for change in control.changes { try carryOut(change) }
        if !control.checkpoints.isEmpty {
            let snapshot = snapshot
            let state = snapshot.state
            try shareReplayStart(with: snapshot)
            for body in control.checkpoints { try body(state) }
        }
        if let stop = control.stop { end = end ?? .stopped(reason: stop.reason) }
    }

    private func carryOut(_ change: TrainingControl.Change) throws {
        do {
            try intervene(change.change, reason: change.reason)
            change.answer?(nil)
        } catch let error as KalsaeError {
            guard let answer = change.answer else { throw error }
            answer(error)
        }
    }

    /// Tells all callbacks of the end; there is nothing left to stop.
    func tellEnd(_ history: History) throws {
        var failure: (any Error)?
        for index in callbacks.indices {
            do {
                try callbacks[index].onTrainEnd(history)
            } catch is TrainingStop {
                continue
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    func lookForCancellation() {
        if Task.isCancelled { end = end ?? .cancelled }
    }
}
