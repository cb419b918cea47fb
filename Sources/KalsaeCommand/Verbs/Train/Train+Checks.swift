import ArgumentParser
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// Throws for numbers that no training takes, before anything is read.
    func checkNumbers() throws(KalsaeError) {
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw KalsaeError(
                "--learning-rate", expected: "a number above 0", got: "\(learningRate)")
        }
        let counts = [
            ("--epochs", epochs, 1), ("--steps", steps, 1), ("--batch", batch, 1),
            ("--micro-batches", microBatches, 1),
            ("--patience", patience, 0), ("--folds", splitting.folds, 2),
            ("--context", text.context, 1),
        ]
        for (name, value, least) in counts {
            guard let value, value < least else { continue }
            throw KalsaeError(
                name, expected: "a whole number of at least \(least)", got: "\(value)")
        }
    }

    /// Tells what was kept of a training that Ctrl-C or a person has ended, and draws the curves.
    ///
    /// - Throws: the code of a signal that ended it.
    func conclude(
        _ outcome: TrainingRun.Outcome, _ path: String, _ record: Recording?
    ) throws {
        let history = outcome.history
        guard case .stopped = history.end else {
            try record?.drawFigure()
            return
        }
        let how = Interrupt.isRequested ? "interrupted" : "stopped"
        let position = "\(how) at step \(history.steps), in epoch \(history.epochCount)"
        let kept =
            history.restoredEpoch.map { "the weights of epoch \($0), the best so far," }
            ?? "no epoch was over: the weights of that step"
        Console.tell("\(position); \(kept) are in \(path)")
        record?.tellResume()
        try record?.drawFigure()
        if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
    }

    /// Reads data; an error names the line of a file that says which, or which target.
    func locating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as KalsaeError {
            let isOfTarget = target.map { error.expected.contains("\"\($0)\"") } ?? false
            throw Arguments.located(error, isOfTarget ? "target" : "data")
        }
    }
}
