import ArgumentParser
import KalsaeRuns
import KalsaeSupport

struct PlotVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw the curves of recorded runs.",
        discussion: """
            Examples:
              kalsae plot last
              kalsae plot iris iris-2 --metric validation/loss --log --output loss.svg
            """)

    @Argument(
        help: "Runs: ids, beginnings of ids, names, or last.", completion: NameCompletion.runs)
    var runs: [String]

    @Option(
        help: """
            A metric to show, as validation/loss; may be given more than once. Losses and what was \
            measured on validation rows by default.
            """)
    var metric: [String] = []

    @Flag(help: "A logarithmic vertical axis.")
    var log = false

    @Option(help: "The points of a running mean.")
    var smooth = 1

    @OptionGroup var figure: FigureOptions

    @OptionGroup var location: RunsOptions

    func run() throws {
        guard (1...1_000_000).contains(smooth) else {
            throw KalsaeError("--smooth", expected: "a number from 1", got: "\(smooth)")
        }
        try figure.check()
        let store = try location.store(for: .reading)
        let found = try runs.map { try store.run($0) }
        try figure.show(
            RunFigure(metrics: metric, isLog: log, smoothing: smooth).figure(found, in: store))
    }
}
