import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// A study that a verb is about.
struct StudyArgument: ParsableArguments {
    @Argument(help: "The study's name; last is the one made last.")
    var study: String

    @OptionGroup var location: RunsOptions

    /// Opens it with its plan.
    func open(for mode: Store.Mode = .reading) throws -> SearchResult {
        let store = try location.store(for: mode)
        let name = study == "last" ? try store.studyNames().last ?? study : study
        let plan = try SearchPlan(
            store.studyConfiguration(name), of: name, space: SearchSpace())
        let opened = try plan.study(name, in: store)
        return SearchResult(
            history: try opened.history(), study: opened, plan: plan, store: store, seconds: nil)
    }
}
