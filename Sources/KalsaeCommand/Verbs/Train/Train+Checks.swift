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
            ("--micro-batches", microBatches, 1), ("--steps-per-execution", stepsPerExecution, 1),
            ("--patience", patience, 0), ("--folds", splitting.folds, 2),
            ("--context", text.context, 1),
        ]
        for (name, value, least) in counts {
            guard let value, value < least else { continue }
            throw KalsaeError(
                name, expected: "a whole number of at least \(least)", got: "\(value)")
        }
        guard epochs == nil || steps == nil else {
            throw KalsaeError(
                "--epochs", expected: "one length of the training", got: "--steps too",
                advice: "leave one out")
        }
    }

    /// Draws the curves of a training that is over.
    ///
    /// - Throws: the code of a signal that ended it.
    func conclude(_ outcome: TrainingRun.Outcome, _ record: Recording?) throws {
        try record?.drawFigure()
        guard Interrupt.isRequested else { return }
        if case .stopped = outcome.history.end { throw ExitCode(Interrupt.exitCode) }
        guard splitting.allRows, !outcome.learnedAll else { return }
        Console.tell("interrupted before all rows were learned: the model is that of the report")
        throw ExitCode(Interrupt.exitCode)
    }

    /// Reads data; an error names the line of a file that says which, or which target.
    func locating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as KalsaeError {
            let isOfTarget = target.map { error.expected.contains("\"\($0)\"") } ?? false
            throw Arguments.located(error, isOfTarget ? "target" : "data")
        }
    }
}
