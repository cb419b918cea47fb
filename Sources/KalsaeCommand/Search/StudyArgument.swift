import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// A study that a verb is about.
struct StudyArgument: ParsableArguments {
    @Argument(
        help: "The study's name; last is the one made last.", completion: NameCompletion.studies)
    var study: String

    @OptionGroup var location: StudyLocation

    /// Opens it with its plan.
    func open(for mode: Store.Mode = .reading) throws -> SearchResult {
        let studies = try location.studies(for: mode)
        let name = study == "last" ? try studies.studyNames().last ?? study : study
        let plan = try SearchPlan(
            studies.studyConfiguration(name), of: name, space: SearchSpace())
        let opened = try plan.study(name, in: studies)
        return SearchResult(
            history: try opened.history(), study: opened, plan: plan, studies: studies,
            store: try location.recorded(for: mode), seconds: nil)
    }
}
