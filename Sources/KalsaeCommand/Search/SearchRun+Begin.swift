import KalsaeFiles
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
        var configuration = trainer.plan.training
        for name in middle.names where !TrialNetwork.isPart(name) {
            guard let value = middle[name] else { continue }
            try configuration.change("\(name)=\(value)")
        }
        do {
            return try trainer.prepare(middle)
        } catch let error as KalsaeError {
            guard !space.parameters.isEmpty, error.subject != "search" else { throw error }
            Notice.say("the middle of the space cannot be trained: \(error.description)")
            return nil
        }
    }

    /// Tells what is searched, and what a trial in the middle costs.
    func tellBegin(_ study: Study, _ plan: SearchPlan, _ middle: TrialTraining.Prepared?) {
        let known = (try? study.trials().count) ?? 0
        let goal = plan.objectives.map {
            "\($0.direction == .minimize ? "least" : "greatest") \($0.name)"
        }
        Console.tell(
            "study \(study.name): \(goal.joined(separator: ", ")) by \(plan.sampler.rawValue)"
                + (known > 0 ? ", \(known) trials so far" : ""))
        for parameter in study.space.parameters {
            let condition = parameter.condition.map { condition in
                let values = condition.values.map(\.description).joined(separator: " | ")
                return " when \(condition.parameter) is \(values)"
            }
            Console.tell("  \(parameter.name): \(parameter.domain)\(condition ?? "")")
        }
        guard let run = middle?.run, let bytes = try? run.memory().total,
            let operations = try? run.operations()
        else { return }
        Console.tell(
            "a trial in the middle: \(run.parameterCount) parameters, "
                + "\((operations / 1e6).short) million operations a step, "
                + "\(ByteCount.text(bytes)) of memory, up to \(run.recipe.epochs) epochs")
    }
}
