import ArgumentParser
import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

struct RunsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run as CSV, JSON or a TensorBoard event file.",
        discussion: """
            Examples:
              kalsae runs export last > metrics.csv
              kalsae runs export last --format json --output run.json
              kalsae runs export last --format tensorboard --output logs
              kalsae runs export last --as-config --output plan.yaml

            CSV has a row for each point, JSON all that is known. A TensorBoard file goes to a folder
            of the run's name in the folder --output.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case csv, json, tensorboard, config
    }

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String

    @Option(help: "csv, json, tensorboard, or config: the training as a file for `kalsae train`.")
    var format = Format.csv

    @Flag(help: "As --format config: what was done to the run stands in it and is done again.")
    var asConfig = false

    @Option(help: "Only this metric; may be repeated.")
    var metric: [String] = []

    @Option(
        help: "The file to write, or the folder for TensorBoard; without it, standard output.",
        completion: .file())
    var output: String?

    @Flag(help: "Replace a file --output that is there.")
    var overwrite = false

    @OptionGroup var location: RunsOptions

    func run() throws {
        let store = try location.store(for: .reading)
        let run = try store.run(wanted)
        if let output, asConfig || format != .tensorboard {
            try FileIdentity.checkNew(output, overwrite: overwrite)
        }
        if asConfig || format == .config { return try writeConfiguration(of: run, in: store) }
        let export = RunExport(run, of: store)
        guard format != .tensorboard else { return try writeEvents(export, run) }
        guard let output else {
            return try write(export) { bytes throws(KalsaeError) in try Console.write(bytes) }
        }
        try AtomicFile.write(to: output) { writer throws(KalsaeError) in
            try write(export) { bytes throws(KalsaeError) in try writer.write(bytes) }
        }
    }

    private func write(
        _ export: RunExport, to write: ([UInt8]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        let metrics = metric.isEmpty ? nil : metric
        switch format {
        case .csv: try export.csv(metrics: metrics, to: write)
        case .json: try export.json(metrics: metrics, to: write)
        case .tensorboard, .config: try export.tensorBoard(metrics: metrics, to: write)
        }
    }

    private func writeConfiguration(of run: Run, in store: Store) throws {
        let bytes = [UInt8](try ConfigurationFile(run, in: store).text.utf8)
        guard let output else { return try Console.write(bytes) }
        try AtomicFile.write(bytes, to: output)
    }

    private func writeEvents(_ export: RunExport, _ run: Run) throws {
        guard let output else {
            throw KalsaeError(
                "--output", expected: "a folder for TensorBoard's files", got: "none",
                advice: "as in --output logs")
        }
        // A name may hold what no folder's name can.
        let name = run.name.replacing("/", with: "_")
        let folder = "\(output)/\([".", ".."].contains(name) ? run.id : name)"
        for path in [output, folder] where mkdir(path, 0o777) != 0 && errno != EEXIST {
            throw KalsaeError(
                path, expected: "a folder to write", got: String(cString: strerror(errno)))
        }
        let path = "\(folder)/\(export.eventFileName)"
        try AtomicFile.write(to: path) { writer throws(KalsaeError) in
            try write(export) { bytes throws(KalsaeError) in try writer.write(bytes) }
        }
        Console.tell("wrote \(path)".printable)
    }
}
