import KalsaeBackend
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Takes the last steps again once a number is not finite, to find the operation that made it.
extension TrainingLoop {
    /// Keeps a boundary to begin from where there is none, or the last one is old.
    func keepReplayStart() {
        if let replay = replayStart {
            // Few steps look at the clock.
            let isLooking = progress.steps % ReplayStart<Model>.stride < options.stepsPerExecution
            guard sharesReplayStart || isLooking && replay.isOld(clock.now) else { return }
        } else if !keepsReplayStart {
            return
        }
        sharesReplayStart = false
        replayStart = ReplayStart(bareSnapshot, rate: rate, now: clock.now)
    }

    /// Begins at this boundary, whose state a checkpoint holds as well, so that they are one copy; from
    /// one that has numbers which are not finite nothing could be found.
    func shareReplayStart(with snapshot: Snapshot<Model>) throws {
        guard replayStart != nil else { return }
        sharesReplayStart =
            try snapshot.model.firstNotFinite() == nil
            && snapshot.optimizer.firstNotFinite() == nil
    }

    /// What an autopsy found, in a line, and where to read more.
    func autopsyAdvice() -> String? {
        guard let path = autopsyPath else { return nil }
        do {
            guard let (autopsy, report) = try autopsy() else { return nil }
            do {
                try autopsy.save(to: path)
                return "\(report.line); more: \(Autopsy.command(for: path))"
            } catch { return "\(report.line); the step could not be written: \(error)" }
        } catch { return "the step could not be taken again: \(error)" }
    }

    /// Finds the first step behind the start whose loss or state is not finite; nil where steps go
    /// well this time, or cannot be taken again.
    func autopsy() throws -> (autopsy: Autopsy, report: AutopsyReport)? {
        guard let start = replayStart, let fit = start.snapshot.progress.fit else { return nil }
        let now = source.position
        defer { try? source.seek(to: now) }
        let trial = try step.replica()
        try trial.restore(
            start.snapshot.model, start.snapshot.optimizer,
            count: start.snapshot.progress.stepCount)
        try source.seek(to: fit.position)
        var (taken, change) = (fit.steps, 0)
        while taken < progress.steps {
            let position = source.position
            guard let batch = try source.next() ?? source.next() else { return nil }
            if isSkipped(position) { continue }
            let (model, optimizer, count) = (trial.model, trial.optimizerState, trial.count)
            while change + 1 < start.rates.count, start.rates[change + 1].step <= taken {
                change += 1
            }
            trial.optimizer.learningRate = start.rates[change].rate
            let loss = try trial.runUnchecked(batch)
            taken += 1
            if loss.isFinite, try trial.model.firstNotFinite() == nil,
                try trial.optimizerState.firstNotFinite() == nil
            {
                continue
            }
            try trial.restore(model, optimizer, count: count)
            let graph = try trial.graph(for: batch)
            var autopsy = Autopsy(
                step: graph, number: taken, epoch: position.epoch,
                rate: trial.optimizer.learningRate, rows: batch.rowNumbers)
            return try autopsy.examine().map { (autopsy, $0) }
        }
        return nil
    }
}
