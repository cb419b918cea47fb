import ArgumentParser
import KalsaeDistributed
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// What a plain network's training begins with; of ranks above 0 without what they leave to rank 0.
    private struct Prepared {
        var source: Source
        var recipe: Recipe
        var run: TrainingRun
        var output: TrainingOutput?
    }

    /// Trains a plain network, writes the model and reports.
    func trainNetwork(_ ranks: Ranks, start: ContinuousClock.Instant) async throws {
        if findRate {
            try checkRecipe()
            let source = try source()
            let recipe = try recipe(for: source.parts)
            try tellHiddenLayers(recipe)
            let run = try Arguments.option("network") {
                try TrainingRun(recipe, data: source.parts)
            }
            return try await findRate(recipe, source.files, run.findLearningRate)
        }
        let prepared = try ranks.agree("the preparation") { try prepare(ranks) }
        try ranks.checkAlike(data: prepared.source.parts.fingerprint)
        guard var output = prepared.output else {
            return try await prepared.run.follow(followerOptions(ranks))
        }
        let (source, recipe, run) = (prepared.source, prepared.recipe, prepared.run)
        let (destination, record) = (output.destination, output.record)
        do {
            let progress = Progress(
                epochs: recipe.epochs, joined: recipe.stepsPerExecution,
                from: output.options.state?.progress.fit?.steps ?? 0)
            output.options.onLearned = LearnedKeeper(destination, record, progress).keep
            let stopLine = stopLine(ranks, record)
            defer { progress.end() }
            let onStep = { @Sendable (record: StepRecord) in
                progress.step(record)
                try Interrupt.check()
                stopLine?(record)
            }
            var outcome = try await run.run(
                output.options, onStep: onStep,
                onEpoch: { progress.epoch($0) }, onChange: { progress.change($0) })
            try destination.save(outcome.file)
            progress.tellNothingLeft(outcome.history)
            let heldOut =
                splitting.predictions == nil ? [] : try run.heldOutRows(of: outcome)
            if splitting.allRows, !Interrupt.isRequested {
                announceRefit(destination.path)
                outcome = try await run.refit(outcome, onStep: onStep)
                progress.end()
                try destination.save(outcome.file)
            }
            let seconds = start.duration(to: .now).seconds
            finish(record, outcome, destination.path)
            try report(outcome, recipe, source, destination.path, seconds, record, progress)
            if !common.json { try record?.tell() }
            try writePredictions(source, heldOut)
            try conclude(outcome, record)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw record?.failed(error) ?? error
        }
    }

    /// Says what a signal does while all rows are learned.
    private func announceRefit(_ path: String) {
        StopLine.announce(
            "stops after this step: the model in \(path), of the rows that were not held out, stays"
        )
    }

    /// Reads the data, decides what was not said, and begins the record.
    private func prepare(_ ranks: Ranks) throws -> Prepared {
        try checkRecipe()
        let source = try source()
        var recipe = try recipe(for: source.parts)
        try tellHiddenLayers(recipe)
        recipe.microBatches = try microBatches(for: ranks, batch: recipe.batch)
        var run = try Arguments.option("network") { try TrainingRun(recipe, data: source.parts) }
        run.threshold = threshold
        try threshold?.check(source.parts.train.targets.classNames)
        try Arguments.option("monitor") { try run.checkMonitor() }
        _ = try recipe.classWeights?.values(for: source.parts)
        var prepared = Prepared(source: source, recipe: recipe, run: run)
        guard ranks.leads else { return prepared }
        let destination = try ModelDestination(output: output, source: source, overwrite: overwrite)
        let figure = try checkOutputs(source.files, model: destination.path)
        try checkPredictions(source, model: destination.path)
        let planned = try interventions()
        let record = try Recording(
            recording, configuration: try configuration(recipe), name: source.parts.name,
            fingerprint: source.parts.fingerprint, seed: seed, model: destination.path,
            figure: figure, check: { try prepared.run.check(planned, from: $0) })
        destination.tellReplacing(recording)
        prepared.output = TrainingOutput(
            destination: destination, record: record,
            options: try runOptions(record, destination.path, ranks))
        return prepared
    }
}
