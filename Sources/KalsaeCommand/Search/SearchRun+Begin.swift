import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

extension SearchRun {
    /// The training in the middle of a space, traced and not run; nil where that one cannot be trained,
    /// which is said.
    ///
    /// - Throws: a `KalsaeError` for a setting that no training has.
    func middle(
        of space: SearchSpace, _ trainer: TrialTraining
    ) throws -> TrialTraining.Prepared? {
        let middle = space.middle
        try trainer.checkNames(of: space)
        do {
            return try trainer.prepare(middle)
        } catch let error as KalsaeError {
            // What is wrong without any setting of the space is wrong in all trials.
            guard !space.parameters.isEmpty, error.subject != "search",
                (try? trainer.prepare(Assignment())) != nil || error.subject == "trial"
                    || TrialNetwork.isPart(error.subject)
            else { throw error }
            Notice.say("the middle of the space cannot be trained: \(error.description)")
            return nil
        }
    }

    /// Throws where a study is of something else than a plan; tells of other differences.
    func check(
        _ plan: SearchPlan, joining name: String, in studies: any StudyCatalog
    ) throws {
        let stored = try SearchPlan(
            studies.studyConfiguration(name), of: name, space: SearchSpace())
        guard stored.objectives == plan.objectives else {
            throw KalsaeError(
                "study \(name)",
                expected:
                    "its objectives (\(stored.objectives.map(\.name).joined(separator: ", ")))",
                got: plan.objectives.map(\.name).joined(separator: ", "),
                advice: "give another --study")
        }
        func value(_ plan: SearchPlan, _ key: String) -> JSONValue? {
            plan.training.settings.first { $0.key == key }?.value
        }
        for key in [OptionCatalog.data, "target"] where value(stored, key) != value(plan, key) {
            throw KalsaeError(
                "study \(name)", expected: "its \(key) (\(RunText.value(value(stored, key))))",
                got: RunText.value(value(plan, key)), advice: "give another --study")
        }
        let keys = (stored.training.settings + plan.training.settings).map(\.key)
        let changed = Set(keys.filter { value(stored, $0) != value(plan, $0) }).sorted()
        guard !changed.isEmpty else { return }
        Notice.say(
            "study \(name): \(changed.joined(separator: ", ")) differ from before, so that values of "
                + "old trials may not compare")
    }

    /// Tells that a study's data are no longer those that it began with.
    func tellData(_ before: String, _ now: String, of name: String) {
        guard !before.isEmpty, before != now else { return }
        Notice.say(
            "study \(name): its data are others than before, so that values of old trials may not "
                + "compare; see `kalsae search retest \(name)`")
    }

    /// Tells how a space has changed.
    func tellChange(from old: SearchSpace, to new: SearchSpace, of name: String) {
        let gone = old.names.filter { !new.names.contains($0) }
        let more = new.names.filter { !old.names.contains($0) }
        let parts = [
            gone.isEmpty ? nil : "without \(gone.joined(separator: ", "))",
            more.isEmpty ? nil : "with \(more.joined(separator: ", "))",
        ].compactMap { $0 }
        Notice.say(
            "\(name): its space is version \(new.version) now"
                + (parts.isEmpty ? "" : ", \(parts.joined(separator: ", "))")
                + "; old trials stay")
    }

    /// Tells what is searched, and what a trial in the middle costs.
    func tellBegin(_ study: Study, _ plan: SearchPlan, _ middle: TrialTraining.Prepared?) {
        let trials = ((try? study.trials()) ?? []).filter(\.source.isEmpty)
        let known = trials.count
        let isDone = plan.trials.map { known >= $0 } ?? false
        let isFinished = isDone && trials.allSatisfy(\.state.isFinished)
        if isFinished {
            Notice.say(
                "study \(study.name) has \(known.counting("trial")): give more than that as --trials "
                    + "to go on")
        }
        let goal = plan.objectives.map {
            "\($0.direction == .minimize ? "least" : "greatest") \($0.name)"
        }
        Console.tell(
            "study \(study.name): \(goal.joined(separator: ", ")) by \(plan.sampler.rawValue)"
                + (known > 0 ? ", \(known.counting("trial")) so far" : ""))
        for parameter in study.space.parameters {
            let condition = parameter.condition.map { condition in
                let values = condition.values.map(\.description).joined(separator: " | ")
                return " when \(condition.parameter) is \(values)"
            }
            Console.tell("  \(parameter.name): \(parameter.domain)\(condition ?? "")")
        }
        // A step is traced for this, which no finished study needs.
        guard !isFinished, let run = middle?.run, let bytes = try? run.memory().total,
            let operations = try? run.operations()
        else { return }
        Console.tell(
            "a trial in the middle: \(run.parameterCount) parameters, "
                + "\((operations / 1e6).short) million operations a step, "
                + "\(ByteCount.text(bytes)) of memory, up to \(run.recipe.epochs) epochs")
    }
}
