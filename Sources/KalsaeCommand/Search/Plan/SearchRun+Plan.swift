import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

extension SearchRun {
    /// What the call says, and the study that it goes on with.
    func plan() throws -> (plan: SearchPlan, joined: String?) {
        let catalog = try OptionCatalog.train()
        let list = ArgumentList(training, catalog)
        if let name = options.resume {
            guard list.items.isEmpty else {
                throw KalsaeError(
                    "--resume", expected: "a study with nothing else said of its training",
                    got: list.items[0].words.joined(separator: " "),
                    advice: "say it with --study \(name) instead")
            }
            let stored = try location.studies(for: .reading).studyConfiguration(name)
            var plan = try SearchPlan(stored, of: name, space: SearchSpace())
            try WorkingFolder.enter(plan.folder)
            try takeUpDevice(of: &plan)
            try put(options, section: nil, into: &plan)
            return (plan, name)
        }
        let said = try ConfiguredArguments.resolved(list, catalog, verb: "kalsae search")
        var configuration = said?.configuration ?? TrainingConfiguration(list, catalog)
        Arguments.origins = configuration.origins
        guard configuration.says(OptionCatalog.data) else {
            throw KalsaeError(
                "kalsae search", expected: "data or a file of options", got: "neither",
                advice: "as in kalsae search iris --trials 50")
        }
        try refuseUnknown(list, catalog)
        configuration.complete("seed", .integer(0))
        configuration.completeDevice()
        let section = try SearchSection(configuration.search, file: said?.file ?? "search")
        var plan = SearchPlan(
            training: configuration, folder: WorkingFolder.path, objectives: [], sampler: .tpe,
            pruner: .none, trials: nil, seconds: nil, goal: nil, stack: .auto,
            epochs: 0, space: SearchSpace())
        try put(options, section: section, into: &plan)
        plan.space = try space(section, catalog)
        // Runs of trials have the study's name and a number.
        if let name = options.study, !(1...150).contains(name.utf8.count) {
            throw KalsaeError(
                "--study", expected: "a name of 1 to 150 bytes", got: "\(name.utf8.count)")
        }
        let isThere = try options.study.map { name in
            guard location.address != nil || Store.exists(in: location.runs.folder) else {
                return false
            }
            return try location.studies(for: .reading).studyNames().contains(name)
        }
        guard isThere == true, let name = options.study else { return (plan, nil) }
        let stored = try location.studies(for: .reading).studyConfiguration(name)
        plan.fingerprint = stored["fingerprint"]?.string ?? ""
        return (plan, name)
    }

    /// Goes on with the device and the precision of a study, where nothing else was asked for.
    func takeUpDevice(of plan: inout SearchPlan) throws {
        func recorded(_ name: String) -> String? {
            plan.training.settings.first { $0.key == name }?.value.string
        }
        common.takeUp(precision: recorded("precision"))
        try common.takeUp(device: recorded("device"))
        // Trials record what they are computed with.
        let flags = [("device", EnvironmentFlag.device), ("precision", .precision)]
        for (name, flag) in flags where flag.value != recorded(name) ?? flag.defaultValue {
            plan.training.replace(name, .string(flag.value))
        }
    }

    /// A name that no study has, by the file or the data.
    func freeName(in studies: any StudyCatalog, for plan: SearchPlan) throws -> String {
        if let study = options.study { return study }
        let data = plan.training.settings.first { $0.key == OptionCatalog.data }?.value.string
        let catalog = try OptionCatalog.train()
        let file = ArgumentList(training, catalog).positionals.first
        let wanted = FileIdentity.stem(of: file ?? data ?? "study")
        let free = try studies.freeStudyName(wanted)
        if free != wanted {
            Notice.say(
                "study \(wanted) is there: this one is \(free); --study \(wanted) goes on with it")
        }
        return free
    }

    private func put(
        _ options: SearchOptions, section: SearchSection?, into plan: inout SearchPlan
    ) throws {
        let names = options.objective.isEmpty ? section?.objectives ?? [] : options.objective
        if !names.isEmpty { plan.objectives = try names.map { try SearchObjective($0) } }
        if plan.objectives.isEmpty { plan.objectives = [try SearchObjective("loss")] }
        guard Set(plan.objectives.map(\.name)).count == plan.objectives.count else {
            throw KalsaeError(
                "--objective", expected: "each once", got: names.joined(separator: ", "))
        }
        if let name = options.sampler ?? section?.sampler {
            plan.sampler = try SamplerCatalog(named: name)
        }
        if let name = options.pruner ?? section?.pruner {
            plan.pruner = try PrunerCatalog(named: name)
        }
        if plan.pruner != .none, let first = plan.objectives.first, !first.isOfEpochs {
            throw KalsaeError(
                "--pruner", expected: "an objective that is measured after each epoch",
                got: first.name, advice: "loss, accuracy, r2, mae and rmse are")
        }
        if let text = options.stack ?? section?.stack { plan.stack = try StackChoice(text) }
        plan.goal = options.goal ?? section?.goal ?? plan.goal
        plan.population = options.population ?? plan.population
        plan.interval = options.interval ?? plan.interval
        plan.seconds = try options.seconds()
        plan.trials = options.trials ?? section?.trials ?? plan.trials
        guard plan.population == nil || options.workers == 1 else {
            throw KalsaeError(
                "--workers", expected: "1 beside a population", got: "\(options.workers)",
                advice: "a population trains in one process")
        }
        // A population has its own end: the epochs of its members.
        if plan.population != nil { plan.trials = nil }
        let hasEnd =
            plan.trials != nil || plan.seconds != nil || plan.goal != nil || plan.population != nil
        if !hasEnd, plan.sampler != .grid { plan.trials = 50 }
    }

    private func space(
        _ section: SearchSection, _ catalog: OptionCatalog
    ) throws -> SearchSpace {
        var parameters = section.space.map { ($0.key, $0.value) }
        for text in options.space {
            guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
                throw KalsaeError(
                    "--space", expected: "NAME=RANGE, as learning-rate=1e-4..1e-1,log",
                    got: "\"\(text)\"")
            }
            let name = String(text[..<sign])
            parameters.removeAll { $0.0 == name }
            parameters.append((name, .string(String(text[text.index(after: sign)...]))))
        }
        let made = try parameters.map { name, value in
            let entry = name.contains(".") ? nil : catalog.entry(for: name)
            let isReal = entry.map { catalog.kind(of: $0) == .number } ?? false
            return try SpaceText.parameter(name, value, kind: isReal ? .real : .byBounds)
        }
        let rules = try (section.constraints + options.constraint).map {
            try SpaceText.constraint($0)
        }
        return try SearchSpace(made, constraints: rules)
    }

    /// Refuses options that neither verb has, with the nearest name.
    private func refuseUnknown(_ list: ArgumentList, _ catalog: OptionCatalog) throws {
        let own = ["trials", "time", "workers", "sampler", "pruner", "study", "objective", "space"]
        let known = catalog.entries.map(\.name) + own
        for item in list.items where item.entry == nil {
            let word = item.words.first ?? ""
            throw KalsaeError(
                "kalsae search", expected: "options of `kalsae search` and `kalsae train`",
                got: word,
                advice: OptionHint.name(for: String(word.drop { $0 == "-" }), in: known)
                    .map { "did you mean \"\($0)\"?" } ?? "")
        }
        let refused = [
            "resume", "find-rate", "no-record", "branch", "name", "log", "output", "overwrite",
            "search", "effort", "folds", "all-rows", "predictions",
        ]
        for item in list.items {
            guard let name = item.entry?.name, refused.contains(name) else { continue }
            throw KalsaeError(
                "kalsae search", expected: "a plain training in each trial, without --\(name)",
                got: item.words.joined(separator: " "),
                advice: name == "name" ? "name the study with --study" : "")
        }
    }
}

extension SearchPlan {
    /// The study of the plan, made or joined.
    func study(_ name: String, in studies: any StudyCatalog) throws(KalsaeError) -> Study {
        let description = StudyDescription(name: name, directions: directions, space: space)
        return try Study(
            name, directions, space: space, sampler: sampler.make(),
            pruner: pruner.make(steps: epochs), seed: UInt64(bitPattern: Int64(seed)),
            storage: studies.storage(of: description), lease: Self.lease)
    }

    /// Seconds after which the trial of a worker that is gone is taken over.
    static let lease = 10.0
}

extension SearchSpace {
    /// Whether trials of both have the same settings and rules.
    func isLike(_ other: SearchSpace) -> Bool {
        parameters == other.parameters && constraints == other.constraints
    }

    /// The middle of all ranges, and of choices the first.
    var middle: Assignment {
        assignment(at: parameters.map { $0.domain.isChoice ? 0 : 0.5 })
    }
}

extension ParameterDomain {
    fileprivate var isChoice: Bool { if case .choice = self { true } else { false } }
}
