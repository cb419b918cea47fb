import ArgumentParser
import Glibc
import KalsaeRuns
import KalsaeSupport

struct RunsDelete: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete the records of runs; their branches stay.",
        discussion: """
            Examples:
              kalsae runs delete iris-2 --yes
              kalsae runs delete iris-2 --files --yes
            """)

    @Argument(
        help: "Runs: ids, beginnings of ids, names, or last.", completion: NameCompletion.runs)
    var runs: [String]

    @Flag(
        help:
            "Delete the folders of the runs too, with their checkpoints, and models that the page trained."
    )
    var files = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Delete runs too that seem to run, as those of another machine.")
    var force = false

    @Flag(help: "Only tell what would be deleted.")
    var dryRun = false

    @OptionGroup var location: RunsOptions

    func run() throws {
        guard !dryRun else { return try delete(from: try location.store(for: .reading)) }
        try Store.freeingReserve(of: location.folder) {
            try delete(from: try location.store(for: .writing))
        }
    }

    private func delete(from store: Store) throws {
        // All are found before one is deleted.
        var found: [Run] = []
        for name in runs {
            let run = try store.run(name)
            if !found.contains(run) { found.append(run) }
        }
        for run in found {
            var parts = ["\(run.name) (\(run.id))"]
            if files {
                parts += [store.folder(of: run)] + [try store.ownModel(of: run)].compactMap { $0 }
            }
            let line = parts.joined(separator: " and ").printable
            if dryRun {
                try Console.print("would delete \(line)")
                continue
            }
            guard try isWanted(line) else { continue }
            try store.delete(run, files: files, evenRunning: force)
        }
    }

    private func isWanted(_ line: String) throws -> Bool {
        if yes { return true }
        guard isatty(0) != 0, isatty(2) != 0 else {
            throw KalsaeError("delete", expected: "--yes, or a terminal to ask on", got: "neither")
        }
        Console.writeError("delete \(line)? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }
}
