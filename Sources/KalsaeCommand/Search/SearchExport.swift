import ArgumentParser
import KalsaeFiles
import KalsaeSearch
import KalsaeSupport

struct SearchExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a study as CSV, JSON lines, or a SQLite file that Optuna opens.",
        discussion: """
            Examples:
              kalsae search export iris > trials.csv
              kalsae search export iris --format optuna --output iris.db
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case csv, jsonl, optuna }

    @OptionGroup var argument: StudyArgument

    @Option(help: "csv, jsonl or optuna.")
    var format = Format.csv

    @Option(help: "A new file; without it, standard output.", completion: .file())
    var output: String?

    @Flag(help: "Replace the file of --output if it is there; no SQLite file.")
    var overwrite = false

    func run() throws {
        let result = try argument.open()
        // To a SQLite file trials would be added, so that it has to be a new one.
        if let output, format != .optuna {
            try FileIdentity.checkNew(output, overwrite: overwrite)
        } else if let output, FileIdentity.isRegular(output) {
            throw KalsaeError(
                output, expected: "a new file", got: "one that is there",
                advice: "give another --output")
        }
        if format == .optuna {
            guard let output, !output.isEmpty, !output.hasPrefix(":"), !output.hasPrefix("file:")
            else {
                throw KalsaeError(
                    "--format optuna", expected: "--output with a new file", got: "none")
            }
            let storage = try OptunaStorage(
                output, study: result.study.name, result.plan.directions)
            let copy = try Study(
                result.study.name, result.plan.directions, space: result.study.space,
                storage: storage)
            try copy.warmStart(from: result.study)
            return
        }
        let bytes = format == .csv ? csv(result) : jsonLines(result)
        guard let output else { return try Console.write(bytes) }
        try AtomicFile.write(bytes, to: output)
    }

    private func jsonLines(_ result: SearchResult) -> [UInt8] {
        result.own.flatMap { Array((result.json($0).text + "\n").utf8) }
    }

    private func csv(_ result: SearchResult) -> [UInt8] {
        let names = result.study.space.names
        let objectives = result.plan.objectives.map(\.name)
        var writer = CSVWriter()
        writer.append(["trial", "state"] + objectives + ["time", "run"] + names + ["reason"])
        for trial in result.own {
            let values = objectives.indices.map { index in
                trial.values.indices.contains(index) ? "\(trial.values[index])" : ""
            }
            let hasTime = trial.ended > trial.started
            let seconds = hasTime ? "\(Double(trial.ended - trial.started) / 1000)" : ""
            writer.append(
                ["\(trial.number)", SearchText.state(trial).rawValue] + values + [
                    seconds, trial.run,
                ]
                    + names.map { trial.parameters[$0]?.description ?? "" } + [trial.reason])
        }
        return writer.bytes
    }
}
