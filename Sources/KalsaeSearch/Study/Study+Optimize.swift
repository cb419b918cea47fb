import Glibc
import KalsaeSupport

/// Thrown by an objective to give up its trial; `Trial.report` says when.
public struct TrialPruned: Error {
    /// The trial is given up.
    public init() {}
}

extension Study {
    /// Evaluates trials until an end is reached: the number of trials of the study in all, of
    /// whoever; seconds of this call; or a best value at least as good as `target`.
    ///
    /// An objective that throws makes its trial fail with the error as the reason, and the study
    /// goes on. Several threads may call it at once. Returns the best trial.
    @discardableResult
    public func optimize(
        trials: Int? = nil, seconds: Double? = nil, target: Double? = nil,
        _ objective: (Trial) throws -> Double
    ) throws(KalsaeError) -> TrialRecord? {
        guard directions.count == 1 else {
            throw KalsaeError(
                name, expected: "an objective with \(directions.count) values", got: "one value",
                advice: "return an array")
        }
        return try optimizeAll(trials: trials, seconds: seconds, target: target) { trial in
            [try objective(trial)]
        }
    }

    /// The same for several objectives, a value for each; `target` is one for the first.
    @discardableResult
    public func optimizeAll(
        trials: Int? = nil, seconds: Double? = nil, target: Double? = nil,
        _ objective: (Trial) throws -> [Double]
    ) throws(KalsaeError) -> TrialRecord? {
        guard
            trials != nil || state.withLock({ $0.sampler.hasEnd }) || seconds != nil
                || target != nil
        else {
            throw KalsaeError(
                name, expected: "an end: trials, seconds or a target", got: "none")
        }
        let end = seconds.map { Clock.seconds + $0 }
        while end.map({ Clock.seconds < $0 }) ?? true, !isAtTarget(target),
            !state.withLock({ $0.isStopped })
        {
            guard let trial = try ask(upTo: trials) else {
                guard try isAwaitingOthers() else { break }
                // One of them may be killed; its trial is then ours.
                usleep(UInt32(min(lease / 4, 0.5) * 1_000_000))
                continue
            }
            let result = Self.result(of: trial, objective)
            do {
                try tell(trial, result)
            } catch  where isLost(trial) {
                Notice.say("\(error)")
            }
        }
        return best
    }

    private static func result(
        of trial: Trial, _ objective: (Trial) throws -> [Double]
    ) -> TrialResult {
        do {
            return .values(try objective(trial))
        } catch is TrialPruned {
            return .pruned
        } catch {
            return .failed("\(error)")
        }
    }

    /// Whether the best value is at least as good as one that would do.
    public func isAtTarget(_ target: Double?) -> Bool {
        guard let target, let direction = directions.first, let value = best?.values.first else {
            return false
        }
        return !direction.isBetter(target, than: value)
    }

    /// Whether trials of other workers run, which may have to be taken over; those without a lease,
    /// as a program beside Kalsae has them, are not waited for.
    public func isAwaitingOthers() throws(KalsaeError) -> Bool {
        let history = try history()
        return history.running.contains { number in
            let trial = history.trials[number]
            return trial.owner != worker && trial.leasedUntil < .max
        }
    }

    /// Whether another worker has a trial that this one had.
    public func isLost(_ trial: Trial) -> Bool {
        guard let history = try? history() else { return false }
        let now = history.trials[trial.number]
        return now.state.isFinished || now.owner != worker
    }
}
