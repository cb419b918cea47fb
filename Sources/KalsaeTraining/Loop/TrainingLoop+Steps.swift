import KalsaeBackend
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// Steps between two boundaries: one, or as many as are taken together.
extension TrainingLoop {
    /// Takes the step of a batch, together with those behind it as far as they may be.
    func takeSteps(from first: Batch, at position: BatchPosition) throws {
        var batches = [first]
        let most = joinedSteps(first)
        while batches.count < most, let next = try timedBatch() { batches.append(next) }
        for batch in batches { try batch.check() }
        try checkMemory(for: first)
        let rates = batches.indices.map { index in
            let step = progress.steps + 1 + index
            return learningRate * progress.rateScale
                * (configuration.schedule?.factor(step: step) ?? 1)
        }
        var results = StepResults()
        if batches.count == 1 {
            setRate(rates[0], behind: progress.steps)
            let loss = try step.runUnchecked(first, at: position)
            results.losses = [(loss, step.weight(of: first))]
        } else {
            for (index, rate) in rates.enumerated() {
                setRate(rate, behind: progress.steps + index)
            }
            results = try step.run(batches, rates: rates)
        }
        for (index, taken) in results.losses.enumerated() {
            progress.lastRate = rates[index]
            guard try count(taken, at: position) else { return }
        }
        if let error = results.error { throw error }
        try endSteps(loss: results.losses.last?.loss ?? .nan)
    }

    /// How many steps are taken together with that of a batch, itself included.
    private func joinedSteps(_ batch: Batch) -> Int {
        var most = options.stepsPerExecution
        // The guard goes back to before a step, and leaves batches out by their positions.
        guard most > 1, divergenceGuard == nil,
            progress.interventions?.contains(where: \.isSkip) != true,
            step.joins(batch), let perEpoch = source.batchesPerEpoch
        else { return 1 }
        most = min(most, 1 + perEpoch - source.position.batch)
        if let steps = options.steps { most = min(most, steps - progress.steps) }
        if let steps = options.stepsPerEpoch { most = min(most, steps - progress.epochSteps) }
        if let next = planned.dropFirst(progress.planned ?? 0).first {
            most = min(most, next.step - progress.steps)
        }
        return max(most, 1)
    }

    /// Counts a step with its loss; false where the training is back at a good state.
    private func count(
        _ taken: (loss: Double, weight: Double), at position: BatchPosition
    ) throws -> Bool {
        progress.steps += 1
        progress.epochSteps += 1
        if let rule = divergenceGuard {
            var state = progress.divergence ?? DivergenceGuard.State()
            let isAccepted = rule.accepts(taken.loss, &state)
            progress.divergence = state
            if !isAccepted, try recovers(from: taken.loss, at: position) { return false }
            progress.divergence?.last = position
        }
        guard taken.loss.isFinite else { throw try divergence(taken.loss) }
        progress.lossSum += taken.loss * taken.weight
        progress.weightSum += taken.weight
        return true
    }

    /// Lets callbacks act behind steps.
    private func endSteps(loss: Double) throws {
        keepGoodState()
        ComputeThread.shared.runWaitingCalls()
        guard !callbacks.isEmpty else { return lookForCancellation() }
        let record = StepRecord(
            step: progress.steps, total: total, epoch: progress.history.epochCount + 1, loss: loss,
            meanLoss: progress.meanLoss, learningRate: rate)
        try boundary { callback, control in try callback.onStepEnd(record, &control) }
    }

    private func setRate(_ new: Double, behind steps: Int) {
        guard new != rate || rateIsStale else { return }
        (rate, rateIsStale) = (new, false)
        step.optimizer.learningRate = new
        replayStart?.note(rate: new, step: steps)
    }
}

extension Intervention {
    /// Whether it leaves a batch out.
    fileprivate var isSkip: Bool {
        if case .skip = change { true } else { false }
    }
}
