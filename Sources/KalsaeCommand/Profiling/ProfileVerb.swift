import ArgumentParser
import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTraining

struct ProfileVerb: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Show where the time of a training step goes, instruction by instruction.",
        discussion: """
            What to profile: a benchmark network (\(BenchmarkNetwork.names)), a preset or a JSON \
            file of layers as `kalsae train --network` takes them, layer sizes as in 784-50-10, \
            a model file, or the data that `kalsae train` takes.

            Shares of peak are of multiply-adds in registers ("flops") or of memory's speed \
            ("bytes"), whichever bounds the instruction; more than 100 % of bytes came from caches.

            Examples:
              kalsae profile twolayer
              kalsae profile convnet --trace convnet.json --threads 1
              kalsae profile mnist --network deep-convnet
              kalsae profile titanic.csv --target survived --graph
            """)

    @Argument(
        help: "A benchmark network, a preset, a file, layer sizes, or a set; see above.",
        completion: .file())
    var name: String

    @Option(
        help: "For data: the network, as `kalsae train` takes it.",
        completion: NameCompletion.networks)
    var network: String?

    @Option(help: "The sizes of one input, as in 28,28,1; for presets and .json files.")
    var input = "28,28,1"

    @Option(help: "The column to predict: its name, or its number from 1 (for a CSV file).")
    var target: String?

    @Flag(help: "Take the set of that name, not the benchmark network (for iris).")
    var set = false

    @Option(help: "Rows per step; without it, the network's own or 100.")
    var batch: Int?

    @Option(help: "Seconds to measure for.")
    var seconds = 2.0

    @Option(
        help: "A file for the last steps as a trace, for ui.perfetto.dev or chrome://tracing.",
        completion: .file())
    var trace: String?

    @Flag(help: "Replace a file --trace that is there.")
    var overwrite = false

    @Flag(help: "Print the graph before and after each pass.")
    var graph = false

    @Flag(help: "List the instructions in the order in which they run, not by time.")
    var inOrder = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        guard seconds > 0, seconds <= 3600 else {
            throw KalsaeError(
                "--seconds", expected: "a number above 0, up to 3600", got: "\(seconds)")
        }
        if let trace { try FileIdentity.checkNew(trace, overwrite: overwrite, as: "--trace") }
        let request = try StepRequest(
            name: name, target: target, isSet: set, batch: batch, network: network, input: input)
        let profile = try await Profiler().profile(request, seconds: seconds)
        if let trace {
            let text = TraceFile.json(profile).text
            try AtomicFile.write(Array(text.utf8), to: trace)
        }
        if common.json { return try Console.print(profile.json) }
        if graph {
            for line in profile.graphLines { try Console.print(line) }
        }
        for line in profile.lines(inOrder: inOrder) { try Console.print(line) }
    }
}
