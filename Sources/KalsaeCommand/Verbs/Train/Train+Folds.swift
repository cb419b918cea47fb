import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// Trains a plain network a fold of a table or of other rows, and one on all of them, which is
    /// written.
    func trainFolds(_ count: Int) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let source = try Source(
            data, target: target, seed: seed, split: splitting, reading: reading.csv(),
            columns: columns.table(), images: images)
        let destination = try ModelDestination(
            output: output, source: source, overwrite: overwrite)
        try checkPredictions(source, model: destination.path)
        let recipe = try recipe(for: source.parts)
        try tellHiddenLayers(recipe)
        let written = try network.map { text in
            try Arguments.option("network") { try NetworkSource(text) }
        }
        let own = { @Sendable (parts: DataParts) in
            var own = recipe
            // A column may become more inputs in one fold than in another.
            own.network = written ?? Recipe(for: parts).network
            return own
        }
        try threshold?.check(source.parts.train.targets.classNames)
        var run =
            source.table.map { FoldedRun($0, whole: source.parts, folds: count, recipe: own) }
            ?? FoldedRun(whole: source.parts, folds: count, recipe: own)
        run.threshold = threshold
        _ = try recipe.classWeights?.values(for: source.parts)
        destination.tellReplacing(recording)
        let progress = Progress(epochs: recipe.epochs)
        defer { progress.end() }
        StopLine.announce("stops after this step, and writes the network of its fold")
        let outcome = try await run.run(
            onStep: { _, record in
                try Interrupt.check()
                progress.step(record)
            },
            onFold: { fold, report in
                progress.end()
                guard !Console.isQuiet else { return }
                Console.tell("fold \(fold + 1) of \(count): \(report.foldText)")
            },
            onLearned: { file in
                progress.end()
                try destination.save(file)
                StopLine.announce(LearnedKeeper.measuring(destination.path))
            })
        progress.end()
        try destination.save(outcome.file)
        let seconds = start.duration(to: clock.now).seconds
        if common.json {
            let members =
                json(outcome, recipe, destination.path, seconds) + source.parts.markMembers
                + source.parts.members(classWeights: outcome.classWeights)
            try Console.print(JSONValue.object(members))
        } else {
            try printText(outcome, recipe, source.parts, destination.path, seconds)
        }
        try writePredictions(source, outcome.heldOut)
        guard outcome.isStopped else { return }
        let kept = outcome.bestEpochs.count
        Console.tell(
            "interrupted; the network of fold \(kept) of \(count), which did not see its rows, is in "
                + destination.path)
        throw ExitCode(Interrupt.exitCode)
    }

    /// Throws where rows that `--folds` is to divide among tests are held out in another way.
    func checkFolds() throws(KalsaeError) {
        guard splitting.folds != nil else { return }
        let alone = [
            ("--plot", recording.plot != nil), ("--find-rate", findRate),
            ("--log", !recording.log.isEmpty), ("--log-gradients", recording.logGradients),
            ("--checkpoint-every", recording.checkpointEvery != nil),
            ("--guard", recording.guard), ("--interventions", recording.interventions != nil),
            ("--name", recording.name != nil), ("--tag", !recording.tag.isEmpty),
        ]
        if let option = alone.first(where: \.1)?.0 {
            throw KalsaeError(
                option, expected: "one training", got: "--folds of a plain network",
                advice: "leave one out")
        }
        let others = [
            ("--split", splitting.split != nil), ("--validation", splitting.validation != nil),
            ("--all-rows", splitting.allRows), ("--memory", memory != nil),
        ]
        guard let (name, _) = others.first(where: { $0.1 }) else { return }
        throw KalsaeError(
            "--folds", expected: "no other way to hold rows out of one plain network's training",
            got: name, advice: "leave it out; --test FILE may be given")
    }

    private func printText(
        _ outcome: FoldedRun.Outcome, _ recipe: Recipe, _ data: DataParts, _ path: String,
        _ seconds: Double
    ) throws {
        let folds = outcome.crossValidation.folds.count
        let title =
            "cross-validated (\(folds.counting("fold")), \(outcome.validatedRows.counting("row")))"
        var lines = outcome.validation.lines(title) + outcome.crossValidation.lines
        if let test = outcome.test { lines += test.lines("test") }
        for notice in (outcome.test ?? outcome.validation).notices { Notice.say(notice) }
        lines += data.markLines + data.lines(classWeights: outcome.classWeights)
        let patience = recipe.patience.map { "patience \($0)" } ?? "no early stopping"
        let computing = ComputingSettings(microBatches: recipe.microBatches).words
        let words = ["batch \(recipe.batch)", recipe.length, patience] + computing
        lines.append(
            "settings: \(recipe.optimizer.rawValue), rate \(Float(recipe.learningRate)), "
                + words.joined(separator: ", "))
        if !outcome.isStopped {
            lines.append(
                "weights: trained on all \(data.train.count.counting("row")) for \(outcome.epochs.counting("epoch")), the "
                    + "median of the")
            lines.append(
                "  folds' best: "
                    + outcome.bestEpochs.prefix(16).map { "\($0)" }.joined(separator: ", ")
                    + (outcome.bestEpochs.count > 16 ? ", …" : ""))
        }
        let time = Progress.fixed(seconds, digits: 2)
        lines.append(
            "\(recipe.network): \(outcome.parameters.counting("parameter")), \(outcome.steps.counting("step")), \(time) s"
        )
        for line in lines + ["model: \(path)"] { try Console.print(line) }
    }

    private func json(
        _ outcome: FoldedRun.Outcome, _ recipe: Recipe, _ path: String, _ seconds: Double
    ) -> [JSONValue.Member] {
        let histories = outcome.histories.map { history -> JSONValue in
            .array(history.epochs.map(\.json))
        }
        let value: JSONValue = [
            "validation": outcome.validation.json,
            "cross_validation": outcome.crossValidation.json,
            "test": outcome.test?.json ?? .null,
            "validated_rows": .integer(outcome.validatedRows),
            "epochs": .integer(outcome.epochs),
            "best_epochs": .array(outcome.bestEpochs.map { .integer($0) }),
            "histories": .array(histories), "network": .string("\(recipe.network)"),
            "settings": settings(recipe), "parameters": .integer(outcome.parameters),
            "steps": .integer(outcome.steps), "seed": .integer(seed),
            "seconds": .number(seconds), "model": .string(path),
        ]
        return value.members ?? []
    }
}

extension Report {
    /// The first numbers of a fold.
    fileprivate var foldText: String {
        if let classes {
            return "accuracy \(classes.accuracy.short), log loss \(classes.logLoss.short)"
        }
        let loss = values?.targetLoss.map { "loss \($0.loss.short), " } ?? ""
        return "\(loss)rmse \(values?.rmse.short ?? "-"), mae \(values?.mae.short ?? "-")"
    }
}

extension Recipe {
    /// How long it trains, in words.
    var length: String {
        steps.map { $0.counting("step") } ?? "at most \(epochs.counting("epoch"))"
    }
}
