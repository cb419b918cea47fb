import KalsaeSearch
import KalsaeSupport

extension Train {
    /// Searches the usual settings of a plain network, and trains with the best.
    func trainBest(of trials: Int) async throws {
        guard trials > 0 else {
            throw KalsaeError("--search", expected: "a number of trials above 0", got: "\(trials)")
        }
        guard recording.resume == nil, !recording.noRecord else {
            throw KalsaeError(
                "--search", expected: "a training that begins and is recorded",
                got: recording.noRecord ? "--no-record" : "--resume",
                advice: "to go on with a search: kalsae search --resume STUDY")
        }
        // What no search could be for.
        _ = try ModelDestination(output: output, source: try source(), overwrite: overwrite)
        var given = try given()
        // The model is that of the last training.
        given.remove("output")
        let search = try SearchRun.parse(
            ["--trials", "\(trials)", "--runs", recording.location.folder]
                + (common.quiet ? ["--quiet"] : []) + given.arguments)
        let result = try await search.search()
        guard !Interrupt.isRequested, let best = result.best else {
            result.tellResume()
            throw KalsaeError(
                "study \(result.study.name)", expected: "a complete trial", got: "none",
                advice: "see `kalsae search show \(result.study.name)`")
        }
        Notice.say(
            "study \(result.study.name): trial \(best.number) is the best of "
                + "\(result.history.count): \(SearchText.values(best, result.plan.objectives)) "
                + "(\(SearchText.parameters(best.parameters))); it is trained anew")
        guard let run = result.bestRun else {
            throw KalsaeError("trial \(best.number)", expected: "its recorded run", got: "none")
        }
        let catalog = try OptionCatalog.train()
        var arguments = try TrainingConfiguration(
            run.configuration, catalog, subject: "run \(run.name)"
        ).arguments
        // What is about the call is not part of a configuration.
        arguments += ArgumentList(Array(Arguments.given.dropFirst()), catalog)
            .words { item in
                guard let entry = item.entry, entry.name != "search" else { return false }
                return entry.isOfCall || entry.name == "output"
            }
        Arguments.given = ["train"] + arguments
        try await Train.parse(arguments).run()
    }
}
