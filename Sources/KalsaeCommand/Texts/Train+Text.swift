import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

extension Train {
    /// Whether a text is trained on.
    var isOfText: Bool { text.isText(data, target: target) }

    /// What the training of a text begins with; of ranks above 0 without what they leave to rank 0.
    private struct Prepared {
        var run: TextRun
        var output: TrainingOutput?
    }

    /// Trains a network to tell the next token of a text.
    func trainText(_ ranks: Ranks, start: ContinuousClock.Instant) async throws {
        if findRate {
            try checkTextOptions()
            let (source, files) = try locating { try textData() }
            let run = try textRun(try textRecipe(for: source), source)
            return try await findRate(run.recipe, files, run.findLearningRate)
        }
        let prepared = try ranks.agree("the preparation") { try prepareText(ranks) }
        let (run, recipe) = (prepared.run, prepared.run.recipe)
        try ranks.checkAlike(data: run.data.fingerprint)
        guard var output = prepared.output else {
            return try await run.follow(followerOptions(ranks))
        }
        let (destination, record) = (output.destination, output.record)
        do {
            let progress = Progress(
                epochs: recipe.epochs, joined: recipe.stepsPerExecution,
                from: output.options.state?.progress.fit?.steps ?? 0)
            output.options.onLearned = LearnedKeeper(destination, record, progress).keep
            let stopLine = stopLine(ranks, record)
            defer { progress.end() }
            let outcome = try await run.run(
                output.options,
                onStep: { record in
                    progress.step(record)
                    try Interrupt.check()
                    stopLine?(record)
                }, onEpoch: { progress.epoch($0) }, onChange: { progress.change($0) })
            try destination.save(outcome.file)
            progress.tellNothingLeft(outcome.history)
            let seconds = start.duration(to: .now).seconds
            finish(record, outcome, destination.path)
            try report(outcome, recipe, run, destination.path, seconds, record, progress)
            if !common.json { try record?.tell() }
            try conclude(outcome, record)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw record?.failed(error) ?? error
        }
    }

    /// Reads the text, decides what was not said, and begins the record.
    private func prepareText(_ ranks: Ranks) throws -> Prepared {
        try checkTextOptions()
        if text.tokens == nil, NamedText(rawValue: data) == nil {
            Notice.say(
                "\(data): a text, whose next character is learned (--tokens); of a table, name the "
                    + "column: --target")
        }
        let (source, files) = try locating { try textData() }
        var recipe = try textRecipe(for: source)
        recipe.microBatches = try microBatches(for: ranks, batch: recipe.batch)
        let run = try textRun(recipe, source)
        try Arguments.option("monitor") { try run.checkMonitor() }
        var prepared = Prepared(run: run)
        guard ranks.leads else { return prepared }
        let isNamed = NamedText(rawValue: data) != nil
        let destination = try ModelDestination(
            output: output, name: source.name, data: isNamed ? nil : data, title: data,
            target: text.tokens ?? "characters", files: files, overwrite: overwrite)
        let figure = try checkOutputs(files, model: destination.path)
        let planned = try interventions()
        let record = try Recording(
            recording, configuration: try configuration(recipe), name: source.name,
            fingerprint: source.fingerprint, seed: seed, model: destination.path,
            figure: figure, check: { try run.check(planned, from: $0) })
        destination.tellReplacing(recording)
        prepared.output = TrainingOutput(
            destination: destination, record: record,
            options: try runOptions(record, destination.path, ranks))
        return prepared
    }

    private func textRun(_ recipe: Recipe, _ source: TextData) throws -> TextRun {
        try Arguments.option("network") {
            try TextRun(recipe, data: source, context: text.context ?? TextOptions.context)
        }
    }

    /// The text, and the files that it was read from.
    func textData() throws(KalsaeError) -> (TextData, ReadFiles) {
        var files = ReadFiles()
        let choice = try text.choice()
        if case .tokenizer(let path) = choice { files.add("the tokenizer", path) }
        var path = data
        if let named = NamedText(rawValue: data) {
            path = try named.path()
        } else {
            files.add("the text", data)
        }
        files.add("the text", splitting.validation)
        files.add("the text", splitting.test)
        let name = NamedText(rawValue: data) == nil ? FileIdentity.stem(of: data) : data
        let source = try TextData(
            path: path, name: FileBytes.isInheritedPipe(data) ? "text" : name, tokens: choice,
            fractions: try splitting.fractions(
                validates: true, standard: TextData.fractions),
            validation: splitting.validation, test: splitting.test, memory: try memoryLimit())
        return (source, files)
    }

    func textRecipe(for source: TextData) throws -> Recipe {
        try recipe { name in Recipe(for: source, optimizer: name ?? .adamw) }
    }

    /// Throws for options that make no sense of a text.
    private func checkTextOptions() throws {
        try images.refuse(for: data)
        let refused: [(name: String, isSet: Bool)] = [
            ("--target", target != nil), ("--augment", !augment.isEmpty),
            ("--class-weight", classWeight != nil), ("--effort", effort != nil),
            ("--threshold", threshold != nil), ("--folds", splitting.folds != nil),
            ("--all-rows", splitting.allRows), ("--predictions", splitting.predictions != nil),
            ("--rows", splitting.rows != nil),
            ("--standardize", standardize), ("--search", search != nil),
            (
                "--column, --drop, --task, --loss, --weight, --group, --time",
                try columns.table() != TableOptions()
            ), ("options of how tables are read", try reading.csv() != CSVOptions()),
        ]
        guard let (name, _) = refused.first(where: { $0.isSet }) else { return }
        throw KalsaeError(
            name, expected: "rows or images to go with", got: "the text \(data)",
            advice: "leave it out")
    }

    private func report(
        _ outcome: TrainingRun.Outcome, _ recipe: Recipe, _ run: TextRun, _ path: String,
        _ seconds: Double, _ record: Recording?, _ progress: Progress
    ) throws {
        let (source, history) = (run.data, outcome.history)
        var parts = [("train", outcome.train), ("validation", outcome.validation)]
        if let test = outcome.test { parts.append(("test", test)) }
        let sizes = [source.train.count, source.validation.count, source.test.count]
        if common.json {
            var members = parts.map { JSONValue.Member($0.0, $0.1.textJSON) }
            if outcome.test == nil { members.append(JSONValue.Member("test", .null)) }
            let rest: JSONValue = [
                "parameters": .integer(outcome.parameters), "steps": .integer(outcome.steps),
                "steps_taken": .integer(progress.taken),
                "epochs": .integer(history.epochCount),
                "restored_epoch": history.restoredEpoch.map { .integer($0) } ?? .null,
                "history": .array(history.epochs.map(\.json)),
                "ended": .string(history.end.name), "network": .string("\(recipe.network)"),
                "settings": settings(recipe),
                "tokens": [
                    "kind": .string(source.tokens.kind),
                    "vocabulary": .integer(source.tokens.count),
                    "train": .integer(sizes[0]), "validation": .integer(sizes[1]),
                    "test": .integer(sizes[2]), "context": .integer(run.context),
                ], "seed": .integer(seed), "seconds": .number(seconds), "model": .string(path),
            ]
            members += (rest.members ?? []) + (record?.members ?? [])
            return try Console.print(JSONValue.object(members))
        }
        for (name, part) in parts { try Console.print("\(name): \(part.textLine)") }
        try Console.print(
            "tokens: \(source.tokens.count) \(source.tokens.kind == "tokenizer" ? "of a tokenizer" : source.tokens.kind), "
                + "\(sizes[0]) train, \(sizes[1]) validation, \(sizes[2]) test")
        try printCourse(outcome, recipe)
        let steps = progress.text(steps: outcome.steps, seconds)
        try Console.print(
            "\(recipe.network): \(outcome.parameters.counting("parameter")), \(steps)")
        try Console.print("model: \(path)")
        try Console.print("it writes: kalsae predict \(path) --prompt TEXT")
    }
}
