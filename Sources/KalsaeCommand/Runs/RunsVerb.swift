import ArgumentParser
import KalsaeRuns
import KalsaeSupport

struct RunsVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Show, compare, name, delete and export recorded runs.",
        discussion: """
            RUN is the id of a run, the beginning of one, a name, or last.

            Examples:
              kalsae runs list --sort loss
              kalsae runs show last
              kalsae runs export last --format tensorboard --output logs
            """,
        subcommands: [
            RunsList.self, RunsShow.self, RunsCompare.self, RunsTree.self, RunsRename.self,
            RunsTag.self, RunsNote.self, RunsDelete.self, RunsExport.self,
        ])
}

/// Where the runs are.
struct RunsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder with the runs; without it $KALSAE_RUNS, else kalsae-runs.",
            valueName: "dir"), completion: .directory)
    var runs: String?

    /// The folder.
    var folder: String { runs ?? EnvironmentFlag.runs.value }

    /// The folder wherever the process goes.
    var absolute: RunsOptions {
        var options = self
        if !folder.hasPrefix("/") { options.runs = "\(WorkingFolder.path)/\(folder)" }
        return options
    }

    /// The store of the folder.
    func store(for mode: Store.Mode) throws(KalsaeError) -> Store {
        try Self.store(in: folder, for: mode)
    }

    /// The store of a folder, which must be there.
    static func store(in folder: String, for mode: Store.Mode) throws(KalsaeError) -> Store {
        guard Store.exists(in: folder) else {
            throw KalsaeError(
                folder, expected: "a folder with recorded runs", got: "none",
                advice: "name one with --runs")
        }
        return try Store(folder: folder, for: mode)
    }
}
