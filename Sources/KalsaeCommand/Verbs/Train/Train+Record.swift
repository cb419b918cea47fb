import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// What of a training goes into its record.
extension Train {
    /// All options of one network's training, with those that were decided for it.
    ///
    /// - Parameter given: what was said; without it, the arguments of the call.
    func configuration(
        _ recipe: Recipe, given: TrainingConfiguration? = nil
    ) throws -> JSONValue {
        var all = try given ?? self.given()
        switch recipe.network {
        case .layers(let layers, _):
            let text = String(decoding: try JSONEncoder().encode(layers), as: UTF8.self)
            all.replace("network", try JSONValue(parsing: text))
        case .sizes, .preset: all.complete("network", .string("\(recipe.network)"))
        }
        let decided: [(String, JSONValue)] = [
            ("activation", .string(recipe.activation.rawValue)),
            ("optimizer", .string(recipe.optimizer.rawValue)),
            ("learning-rate", .number(recipe.learningRate)),
            ("schedule", .string(recipe.schedule.rawValue)),
            ("batch", .integer(recipe.batch)), ("order", .string(recipe.order.rawValue)),
            ("patience", .integer(recipe.patience ?? 0)), ("seed", .integer(recipe.seed)),
        ]
        for (name, value) in decided { all.complete(name, value) }
        all.completeDevice()
        if recipe.microBatches > 1 {
            all.complete("micro-batches", .integer(recipe.microBatches))
        }
        if recipe.steps == nil { all.complete("epochs", .integer(recipe.epochs)) }
        return all.json
    }

    /// All options of the learning of a table.
    func configuration(_ effort: TableEffort) throws -> JSONValue {
        var all = try given()
        all.complete("effort", .string(effort.rawValue))
        all.complete("seed", .integer(seed))
        all.completeDevice()
        return all.json
    }

    /// What takes part in a run beside its recipe.
    ///
    /// - Parameter model: where the model goes; a step that is not finite goes beside it, or into the
    ///   run's folder.
    func runOptions(
        _ record: Recording?, _ model: String, _ ranks: Ranks
    ) throws -> TrainingRun.Options {
        var options = TrainingRun.Options()
        options.group = ranks.group
        options.autopsyPath = autopsyPath(record, model)
        options.session = record?.session
        options.state = record?.state()
        options.isInterrupted = { Interrupt.isRequested }
        options.logs = try logs(record)
        if recording.guard { options.divergence = DivergenceGuard() }
        options.interventions = try interventions()
        return options
    }

    /// Where a step that is not finite goes: into the run's folder, or beside the model.
    func autopsyPath(_ record: Recording?, _ model: String) -> String {
        record?.autopsyPath
            ?? "\(FileIdentity.folder(of: model))/\(FileIdentity.stem(of: model))-autopsy.safetensors"
    }

    /// The changes that `--interventions` plans.
    func interventions() throws(KalsaeError) -> [Intervention] {
        guard let text = recording.interventions else { return [] }
        do {
            return try JSONDecoder().decode([Intervention].self, from: Data(text.utf8))
        } catch {
            throw KalsaeError(
                "--interventions",
                expected: #"a list as [{"step": 300, "set": "learningRate", "to": 0.001}]"#,
                got: String(text.prefix(80)))
        }
    }

    /// Trains in a process of its own, and shows its run.
    func trainLive() async throws {
        let refused = [
            ("--no-record", recording.noRecord), ("--find-rate", findRate), ("-", data == "-"),
            ("--folds", splitting.folds != nil), ("--search", search != nil),
            ("--json", common.json),
        ]
        if let option = refused.first(where: \.1)?.0 {
            throw KalsaeError(
                "--live", expected: "one recorded training", got: option, advice: "leave one out")
        }
        try await LiveTraining(
            arguments: Arguments.given, folder: recording.location.folder
        ).run()
    }

    /// Notes how a network's training ended.
    func finish(
        _ record: Recording?, _ outcome: TrainingRun.Outcome, _ path: String
    ) {
        guard let record else { return }
        record.note("test", outcome.test, step: outcome.history.steps)
        record.finish(state(of: outcome.history.end), model: path)
    }

    /// Notes how the learning of a table ended.
    func finish(_ record: Recording?, _ outcome: TableRun.Outcome, _ path: String) {
        guard let record else { return }
        let step = outcome.trials.reduce(0) { $0 + $1.epochs }
        record.noteAutopsy()
        record.note("validation", outcome.validation, step: step)
        record.note("test", outcome.test, step: step)
        record.finish(outcome.isStopped ? .stopped : .finished, model: path)
    }

    private func state(of end: TrainingEnd) -> RunState {
        switch end {
        case .completed, .earlyStopping: .finished
        case .stopped, .cancelled: .stopped
        }
    }

    func given() throws -> TrainingConfiguration {
        let catalog = try OptionCatalog.train()
        return TrainingConfiguration(
            ArgumentList(Array(Arguments.given.dropFirst()), catalog), catalog)
    }
}
