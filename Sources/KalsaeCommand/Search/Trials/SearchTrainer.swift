import ArgumentParser
import Dispatch
import Glibc
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// One process of `kalsae search --workers`.
struct SearchTrainer: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer", abstract: "Train trials for `kalsae search --workers`.",
        shouldDisplay: false)

    @Argument(help: "The study.")
    var study: String

    @Option(help: "Processes of the search.")
    var workers: Int

    @Option(help: "The process that began it, without which it ends.")
    var parent: Int32

    @OptionGroup var location: StudyLocation

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        Interrupt.watch()
        endWithParent()
        let store = try location.runs.store(for: .writing)
        let studies = try location.studies(or: store)
        let plan = try SearchPlan(
            studies.studyConfiguration(study), of: study, space: SearchSpace())
        let training = TrialTraining(plan, workers: workers)
        let loop = SearchLoop(
            study: try plan.study(study, in: studies), store: store, plan: plan, begin: .now)
        try await loop.run(training) {}
    }

    /// Ends as by SIGTERM once the process that began it is gone.
    private func endWithParent() {
        let parent = parent
        DispatchQueue(label: "kalsae.search.parent").async {
            while getppid() == parent { sleep(1) }
            kill(getpid(), SIGTERM)
        }
    }
}
