import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// Whether a table is learned with nothing set, by several kinds of models; an option of a plain
    /// network's training asks for one.
    func isLearnedWhole(_ ranks: Ranks) throws(KalsaeError) -> Bool {
        guard NamedSet(rawValue: data) == nil, FileSet(path: data) == nil else {
            guard effort == nil else {
                throw KalsaeError(
                    "--effort", expected: "a CSV file to go with", got: "the set \(data)")
            }
            return false
        }
        try images.refuse(for: data)
        try checkStandardization()
        let plain: [(name: String, isSet: Bool)] = [
            ("--network", network != nil), ("--augment", !augment.isEmpty),
            ("--activation", activation != nil), ("--optimizer", optimizer != nil),
            ("--learning-rate", learningRate != nil), ("--schedule", schedule != nil),
            ("--clip-norm", clipNorm != nil), ("--weight-decay", weightDecay != nil),
            ("--epochs", epochs != nil), ("--steps", steps != nil), ("--batch", batch != nil),
            ("--micro-batches", microBatches != nil),
            ("--steps-per-execution", stepsPerExecution != nil), ("--order", order != nil),
            ("--drop-last", dropLast), ("--patience", patience != nil),
            ("--monitor", monitor != nil), ("--find-rate", findRate),
            ("--log-gradients", recording.logGradients), ("--log", !recording.log.isEmpty),
        ]
        let asked = plain.filter(\.isSet).map(\.name)
        guard let first = asked.first else {
            guard ranks.count > 1 else { return true }
            throw KalsaeError(
                data, expected: "a plain network, as several ranks train one together",
                got: "no option of one", advice: "give it, as --network 64-32, or start one process"
            )
        }
        guard effort == nil else {
            throw KalsaeError(
                "--effort", expected: "no option of one network's training beside it",
                got: first)
        }
        if network == nil {
            Notice.say(
                "one plain network is trained, as \(asked.joined(separator: ", ")) asks; with "
                    + "--effort instead, several kinds of models are tried and averaged")
        }
        return false
    }

    /// Learns a table, writes the model and reports.
    func learnTable() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let source = try locating {
            try Source(
                data, target: target, seed: seed, split: splitting, validates: false,
                reading: reading.csv(), columns: columns.table(), memory: memoryLimit())
        }
        let destination = try ModelDestination(
            output: output, source: source, overwrite: overwrite)
        let path = destination.path
        let figure = try checkOutputs(source.files, model: path)
        try checkPredictions(source, model: path)
        let effort = effort ?? .default
        try threshold?.check(source.parts.train.targets.classNames)
        let weights = try classWeights()
        _ = try weights?.values(for: source.parts)
        let learner = TableLearner(
            effort: effort, seed: seed, classWeights: weights, folds: splitting.folds)
        var run = TableRun(learner, data: source.parts)
        run.threshold = threshold
        var loss: TargetLoss?
        if case .values(_, let scale) = source.parts.train.targets { loss = scale.loss }
        let progress = TableProgress(effort.rawValue, loss: loss)
        defer { progress.end() }
        let record = try Recording(
            recording, configuration: try configuration(effort), name: source.parts.name,
            fingerprint: source.parts.fingerprint, seed: seed, model: path,
            figure: figure, endsForGood: true)
        destination.tellReplacing(recording)
        do {
            let outcome = try learn(run, record, progress, destination)
            progress.end()
            try destination.save(outcome.file)
            let seconds = start.duration(to: clock.now).seconds
            finish(record, outcome, path)
            if common.json {
                let members =
                    json(outcome, source, path, seconds) + source.parts.markMembers
                    + source.parts.members(classWeights: outcome.classWeights)
                    + (record?.members ?? [])
                try Console.print(JSONValue.object(members))
            } else {
                try printText(outcome, source, path, seconds)
                try record?.tell()
            }
            try record?.drawFigure()
            try writePredictions(source, outcome.heldOut)
            if outcome.isStopped, Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
        } catch let error as ExitCode {
            throw error
        } catch {
            throw record?.failed(error) ?? error
        }
    }

    /// Learns with the record beside it, and keeps what was learned before it is measured.
    private func learn(
        _ run: TableRun, _ record: Recording?, _ progress: TableProgress,
        _ destination: ModelDestination
    ) throws -> TableRun.Outcome {
        let state = record?.tableState()
        let own = record.map {
            TableRecording(
                $0.session, interval: $0.interval, from: state,
                isInterrupted: { Interrupt.isRequested })
        }
        let kept = record == nil ? "the model" : "a checkpoint and the model"
        StopLine.announce("stops after this epoch, averages what was tried, and writes \(kept)")
        let onEpoch = { (epoch: CandidateEpoch) in
            progress.note(epoch)
            try own?.onEpoch(epoch)
            try Interrupt.check()
        }
        func keep(_ file: ModelFile, _ outcome: TableLearner.Outcome) throws {
            progress.end()
            try destination.save(file)
            StopLine.announce(LearnedKeeper.measuring(destination.path))
            if outcome.isStopped { tellStop(outcome, destination.path, record) }
        }
        let outcome = try run.run(
            resuming: state, autopsyPath: autopsyPath(record, destination.path), onEpoch: onEpoch,
            onState: { try own?.onState($0) }, onTried: { try own?.onTried($0) }, onLearned: keep)
        guard splitting.allRows, !outcome.isStopped else { return outcome }
        try destination.save(outcome.file)
        StopLine.announce("stops after this epoch, and averages what was tried of all rows")
        return try run.refit(
            outcome,
            onEpoch: { epoch in
                progress.note(epoch)
                try Interrupt.check()
            }, onLearned: keep)
    }

    /// Tells what is kept of a learning that was ended.
    private func tellStop(
        _ outcome: TableLearner.Outcome, _ path: String, _ record: Recording?
    ) {
        let last = outcome.trials.last
        let how = Interrupt.isRequested ? "interrupted" : "stopped"
        Console.tell(
            "\(how) in epoch \(last?.epochs ?? 0) of \"\(last?.name ?? "")\"; what was tried so far is averaged in \(path)"
                .printable)
        record?.tellResume()
    }

    private func printText(
        _ outcome: TableRun.Outcome, _ source: Source, _ path: String, _ seconds: Double
    ) throws {
        let data = source.parts
        for line in source.taken?.lines ?? [] { try Console.print(line) }
        let folds = outcome.trials.first?.members ?? 0
        let title =
            "cross-validated (\(folds.counting("fold")), \(outcome.validatedRows.counting("row")))"
        for line in outcome.validation.lines(title) + (outcome.crossValidation?.lines ?? []) {
            try Console.print(line)
        }
        if let test = outcome.test {
            for line in test.lines("test") { try Console.print(line) }
        }
        for notice in (outcome.test ?? outcome.validation).notices { Notice.say(notice) }
        let isOfSquares = outcome.validation.targetLoss == .meanSquaredError
        var table = TextTable(
            "tried", "network", isOfSquares ? "rmse" : "loss", "weight", "epoch kept")
        for trial in outcome.trials {
            table.add(
                trial.name, trial.network,
                isOfSquares ? trial.loss.squareRoot().short : trial.loss.short,
                Progress.fixed(trial.weight, digits: 2), "\(trial.epoch) of \(trial.epochs)")
        }
        for line in table.lines { try Console.print(line) }
        if outcome.test == nil {
            try Console.print(
                source.taken?.sample == nil
                    ? "rows: all \(outcome.rows) were learned; --split 80/20 or --test FILE holds some out"
                    : "rows: \(outcome.rows) that were drawn were learned; --test FILE holds some out"
            )
        }
        let marks = data.markLines + data.timeLines(joinsValidation: true)
        for line in marks + data.lines(classWeights: outcome.classWeights) {
            try Console.print(line)
        }
        let kept = outcome.trials.count { $0.weight > 0 }
        let time = Progress.fixed(seconds, digits: 2)
        // Seconds are those of this process.
        let steps = outcome.steps.counting("step")
        let course =
            recording.resume == nil ? "\(steps), \(time) s" : "\(steps) in all, \(time) s now"
        try Console.print(
            "\(kept.counting("kind")) averaged, \(folds.counting("member")) each: \(outcome.parameters) "
                + "parameters, \(course)")
        let computing = ComputingSettings().words
        if !computing.isEmpty {
            try Console.print("settings: \(computing.joined(separator: ", "))")
        }
        try Console.print("model: \(path)")
    }

    private func json(
        _ outcome: TableRun.Outcome, _ source: Source, _ path: String, _ seconds: Double
    ) -> [JSONValue.Member] {
        let trials = outcome.trials.map { trial -> JSONValue in
            [
                "name": .string(trial.name), "network": .string(trial.network),
                "loss": .number(trial.loss), "weight": .number(trial.weight),
                "epoch": .integer(trial.epoch), "epochs": .integer(trial.epochs),
                "members": .integer(trial.members),
            ]
        }
        let value: JSONValue = [
            "validation": outcome.validation.json, "test": outcome.test?.json ?? .null,
            "folds": .integer(outcome.trials.first?.members ?? 0),
            "rows": .integer(outcome.rows), "validated_rows": .integer(outcome.validatedRows),
            "effort": .string((effort ?? .default).rawValue), "tried": .array(trials),
            "history": .array(outcome.history.map(\.json)),
            "data": source.taken?.json ?? .null, "temperature": .number(outcome.temperature),
            "parameters": .integer(outcome.parameters), "steps": .integer(outcome.steps),
            "seed": .integer(seed), "seconds": .number(seconds), "model": .string(path),
        ]
        let spread = outcome.crossValidation.map { JSONValue.Member("cross_validation", $0.json) }
        return (value.members ?? []) + (spread.map { [$0] } ?? [])
    }
}

extension CandidateEpoch {
    fileprivate var json: JSONValue {
        [
            "candidate": .string(candidate), "epoch": .integer(epoch), "loss": .number(loss),
        ]
    }
}
