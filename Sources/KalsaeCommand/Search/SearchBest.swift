import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

struct SearchBest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "best",
        abstract: "Show the best trial, copy its model, or write its settings as a file.",
        discussion: """
            Examples:
              kalsae search best iris --output iris.safetensors
              kalsae search best iris --as-config --output best.yaml
            """)

    @OptionGroup var argument: StudyArgument

    @Option(
        help: "Copy the model to this file; with --as-config, write the settings to it.",
        completion: .file())
    var output: String?

    @Flag(
        help: "The settings as a file for `kalsae train`: printed, or written to --output.")
    var asConfig = false

    @Flag(help: "Replace the file of --output if it is there.")
    var overwrite = false

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let result = try argument.open()
        guard let best = result.best else {
            throw KalsaeError(
                "study \(result.study.name)", expected: "a complete trial", got: "none")
        }
        guard let store = result.store, let run = result.bestRun else {
            throw KalsaeError(
                "trial \(best.number)", expected: "its recorded run",
                got: "one that was deleted, or that another host has",
                advice: "see its settings by kalsae search show \(result.study.name)")
        }
        if let output { try FileIdentity.checkNew(output, overwrite: overwrite) }
        if asConfig {
            let text = try ConfigurationFile(run, in: store).text
            guard let output else { return try Console.write(text) }
            return try AtomicFile.write(Array(text.utf8), to: output)
        }
        if let output {
            let path = "\(store.folder(of: run))/model.safetensors"
            try AtomicFile.write(FileBytes.read(path, limit: .max), to: output)
        }
        if json { return try Console.print(result.json(best)) }
        try Console.print(
            "trial \(best.number): \(SearchText.values(best, result.plan.objectives))")
        let objectives = result.plan.objectives
        if objectives.count > 1 {
            let front = try result.study.paretoFront().count { $0.source.isEmpty }
            try Console.print(
                "  best by \(objectives[0].name), the first of \(objectives.count) objectives; "
                    + "\(front.counting("trial")) are not dominated by another: "
                    + "`kalsae search plot \(result.study.name) --kind front`")
        }
        for (name, value) in zip(best.parameters.names, best.parameters.values) {
            try Console.print("  \(name): \(SearchText.value(value))")
        }
        if let parent = run.parent.flatMap({ try? store.run($0) }) {
            // Its training began with other settings.
            try Console.print(
                "run: \(run.name), a branch of \(parent.name) at step \(run.parentStep ?? 0)")
        } else {
            try Console.print("train it anew: kalsae train --config-of \(run.name.shellWord)")
        }
        if let output { try Console.print("model: \(output)") }
    }
}
