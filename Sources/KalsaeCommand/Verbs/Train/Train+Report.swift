import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// Prints what a training came to and what it was done with.
    func report(
        _ outcome: TrainingRun.Outcome, _ recipe: Recipe, _ source: Source, _ path: String,
        _ seconds: Double, _ record: Recording?, _ progress: Progress
    ) throws {
        let data = source.parts
        var parts = [("train", outcome.train), ("validation", outcome.validation)]
        if let test = outcome.test { parts.append(("test", test)) }
        let history = outcome.history
        if common.json {
            var members = parts.map { JSONValue.Member($0.0, $0.1.json) }
            if outcome.test == nil { members.append(JSONValue.Member("test", .null)) }
            members += [
                JSONValue.Member("parameters", .integer(outcome.parameters)),
                JSONValue.Member("steps", .integer(outcome.steps)),
                JSONValue.Member("steps_taken", .integer(progress.taken)),
                JSONValue.Member("epochs", .integer(history.epochCount)),
                JSONValue.Member(
                    "restored_epoch", history.restoredEpoch.map { .integer($0) } ?? .null),
                JSONValue.Member("history", .array(history.epochs.map(\.json))),
                JSONValue.Member("ended", .string(history.end.name)),
                JSONValue.Member("network", .string(recipe.network.description)),
                JSONValue.Member("settings", settings(recipe)),
                JSONValue.Member(
                    "changes",
                    .array(
                        outcome.changes.map { change in
                            [
                                "step": .integer(change.step),
                                "change": .string("\(change.change)"),
                                "reason": .string(change.reason),
                            ]
                        })),
                JSONValue.Member("split", rows(data)),
                JSONValue.Member("data", source.taken?.json ?? data.imageJSON ?? .null),
                JSONValue.Member("seed", .integer(seed)),
                JSONValue.Member("seconds", .number(seconds)),
                JSONValue.Member("model", .string(path)),
            ]
            members += data.markMembers + data.members(classWeights: outcome.classWeights)
            members += record?.members ?? []
            return try Console.print(JSONValue.object(members))
        }
        for line in source.taken?.lines ?? data.imageLines { try Console.print(line) }
        for (name, part) in parts {
            for line in part.lines(name) { try Console.print(line) }
        }
        for notice in (outcome.test ?? outcome.validation).notices { Notice.say(notice) }
        try Console.print(
            "rows: \(data.trainCount) train, \(data.validation.count) validation, "
                + "\(data.test.count) test, by seed \(seed)")
        let marks = data.markLines + data.timeLines(joinsValidation: false)
        for line in marks + data.lines(classWeights: outcome.classWeights) {
            try Console.print(line)
        }
        try printCourse(outcome, recipe)
        if outcome.learnedAll {
            try Console.print("then trained anew on all rows for as many epochs")
        }
        let steps = progress.text(steps: outcome.steps, seconds)
        try Console.print(
            "\(recipe.network): \(outcome.parameters.counting("parameter")), \(steps)")
        if let line = data.waitingLine(of: seconds) { try Console.print(line) }
        try Console.print("model: \(path)")
    }

    /// Prints how it was trained, and which weights were kept.
    func printCourse(_ outcome: TrainingRun.Outcome, _ recipe: Recipe) throws {
        let history = outcome.history
        let patience = recipe.patience.map { "patience \($0)" } ?? "no early stopping"
        let computing = ComputingSettings(microBatches: recipe.microBatches).words
        let words = ["batch \(recipe.batch)", recipe.length, patience] + computing
        try Console.print(
            "settings: \(recipe.optimizer.rawValue), rate \(Float(recipe.learningRate)), "
                + words.joined(separator: ", "))
        for change in outcome.changes where !change.change.isOfBatches {
            try Console.print(
                "  changed behind step \(change.step): \(change.change)"
                    + (change.reason.isEmpty ? "" : "; \(change.reason)"))
        }
        let count = history.epochCount
        let kept =
            history.restoredEpoch.map {
                "epoch \($0) of \(count), the best validation \(recipe.monitor)"
            }
            ?? "the last step, in epoch \(count)"
        let end = history.end == .completed ? "" : "; \(history.end.name)"
        try Console.print("weights: those of \(kept)\(end)")
    }

    func settings(_ recipe: Recipe) -> JSONValue {
        let computing = ComputingSettings(microBatches: recipe.microBatches).members
        let settings: JSONValue = [
            "optimizer": .string(recipe.optimizer.rawValue),
            "learning_rate": .number(recipe.learningRate), "batch": .integer(recipe.batch),
            "epochs": .integer(recipe.epochs), "steps": recipe.steps.map { .integer($0) } ?? .null,
            "patience": recipe.patience.map { .integer($0) } ?? .null,
            "schedule": .string(recipe.schedule.rawValue),
        ]
        return .object((settings.members ?? []) + computing)
    }

    private func rows(_ data: DataParts) -> JSONValue {
        [
            "train": .integer(data.trainCount), "validation": .integer(data.validation.count),
            "test": .integer(data.test.count),
        ]
    }
}

extension TrainingEnd {
    /// The end in words.
    var name: String {
        switch self {
        case .completed: "completed"
        case .earlyStopping: "early stopping"
        case .stopped(let reason): reason.isEmpty ? "stopped" : reason
        case .cancelled: "cancelled"
        }
    }
}

extension TrainingRun.Outcome {
    /// Changes of settings that led to its end, by whomever.
    fileprivate var changes: [Intervention] { state.progress.fit?.interventions ?? [] }
}

extension SettingChange {
    fileprivate var isOfBatches: Bool {
        if case .skip = self { true } else { false }
    }
}
