import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// A study that is searched, and where it is.
struct OpenStudy {
    let study: Study
    let plan: SearchPlan
    let studies: any StudyCatalog
    let store: Store

    /// What came of a call that began at some time.
    func result(since begin: ContinuousClock.Instant) throws(KalsaeError) -> SearchResult {
        SearchResult(
            history: try study.history(), study: study, plan: plan, studies: studies,
            store: store, seconds: begin.duration(to: .now) / .seconds(1))
    }

    /// How it goes on where it is ended.
    var resumeText: String { Self.resumeText(study, store, studies) }

    /// The same for any study.
    static func resumeText(
        _ study: Study, _ store: Store?, _ studies: any StudyCatalog
    ) -> String {
        var words = ["kalsae search --resume \(study.name.shellWord)"]
        if let store, store.folder != EnvironmentFlag.runs.value {
            words += ["--runs", store.folder.shellWord]
        }
        if let database = studies as? PostgresStudies { words += ["--store", database.name] }
        return "go on with: \(words.joined(separator: " "))"
    }
}

extension SearchRun {
    /// Makes the study of a plan, or joins one, and tells what is searched.
    func openStudy(
        _ asked: SearchPlan, _ joined: String?, _ trainer: TrialTraining,
        _ source: Source, in folder: String
    ) throws -> OpenStudy {
        var plan = asked
        let isAsked = !plan.space.parameters.isEmpty
        if !isAsked, joined == nil {
            plan.space = try DefaultSpace.space(
                for: source.parts, plan.training, changesInFlight: plan.population != nil)
        }
        if plan.population != nil { try PopulationSetting.check(plan.space) }
        guard joined != nil || !plan.space.parameters.isEmpty else {
            throw KalsaeError(
                "kalsae search", expected: "a setting that nobody has fixed", got: "none",
                advice: "name settings with --space")
        }
        let store = try Store(folder: folder)
        let studies = try location.studies(or: store)
        let name = try joined ?? freeName(in: studies, for: plan)
        if let joined, options.resume == nil { try check(plan, joining: joined, in: studies) }
        let known = try joined.map { try plan.study($0, in: studies).space }
        if let known, !isAsked { plan.space = known }
        let middle = try middle(of: plan.space, trainer)
        plan.epochs = middle?.recipe.epochs ?? max(plan.epochs, 1)
        // What cannot be learned from is said before a study is made.
        let others = try options.warmStart.map {
            ($0, try WarmStart($0, in: studies).study(plan, in: studies))
        }
        let study = try plan.study(name, in: studies)
        if let known, !known.isLike(plan.space) {
            try study.change(to: plan.space)
            tellChange(from: known, to: study.space, of: name)
        }
        for (text, other) in others {
            let count = try study.warmStart(from: other)
            Notice.say("\(name): learns from \(count.counting("trial")) of \(text)")
        }
        tellData(plan.fingerprint, source.parts.fingerprint, of: name)
        plan.fingerprint = source.parts.fingerprint
        try studies.setStudyConfiguration(name, to: plan.json)
        if !common.quiet { tellBegin(study, plan, middle) }
        return OpenStudy(study: study, plan: plan, studies: studies, store: store)
    }
}
