import ArgumentParser
import KalsaeBackend
import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct BenchFit: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Time whole epochs: shuffling, batches, steps and evaluation.",
        discussion: """
            A benchmark network is trained on MNIST with its own batch and optimizer and \
            measured on the 10,000 test images after each epoch; iris on 120 of its 150 rows, \
            without measuring. Loading is timed apart. Every fit starts from a new trainer; the \
            first one also traces and compiles.

            Examples:
              kalsae bench fit
              kalsae bench fit --net iris --json
            """)

    @Option(help: "iris, twolayer, mlp, convnet, or deepconvnet.")
    var net = "twolayer"

    @Option(help: "Epochs of a fit; without it, 1, and 50 for iris.")
    var epochs: Int?

    @Option(help: "How many fits; the best counts.")
    var repeats = 3

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        let nets: [BenchmarkNetwork] = [.iris, .twolayer, .mlp, .convnet, .deepconvnet]
        guard let net = nets.first(where: { $0.rawValue == net }) else {
            let names = nets.map(\.rawValue).joined(separator: ", ")
            throw KalsaeError("--net", expected: names, got: "\"\(self.net)\"")
        }
        let epochs = epochs ?? (net == .iris ? 50 : 1)
        for (name, value, most) in [("--epochs", epochs, 10_000), ("--repeats", repeats, 1000)]
        where !(1...most).contains(value) {
            throw KalsaeError(name, expected: "a number from 1 to \(most)", got: "\(value)")
        }
        let clock = ContinuousClock()
        let start = clock.now
        let (train, test) = try Self.data(net)
        let loading = start.duration(to: clock.now).seconds
        var fits: [Double] = []
        var report: Report?
        var steps = 0
        var evaluation = Double.infinity
        for _ in 0..<repeats {
            let begin = clock.now
            let model = try withSeed(0) { try net.model() }
            let trainer = try Trainer(
                model, loss: .softmaxCrossEntropy, optimizer: net.optimizer, metrics: [.accuracy])
            let history = try await trainer.fit(
                train, validation: net == .iris ? nil : test, epochs: epochs, batch: net.batch)
            fits.append(begin.duration(to: clock.now).seconds)
            steps = await trainer.stepCount
            report = history.epochs.last?.validation
            if net == .iris { report = try await trainer.evaluate(test) }
            for _ in 0..<2 {
                let begin = clock.now
                _ = try await trainer.evaluate(test)
                evaluation = min(evaluation, begin.duration(to: clock.now).seconds)
            }
        }
        let best = fits.min() ?? 0
        let accuracy = report?.metrics[.accuracy] ?? .nan
        let peak = ProcessMemory.peak
        if common.json {
            return try Console.print([
                "net": .string(net.rawValue), "threads": .integer(ComputeThread.threadCount),
                "rows": .integer(train.count), "epochs": .integer(epochs),
                "steps": .integer(steps), "load_s": .number(loading),
                "first_fit_s": .number(fits[0]), "fit_s": .number(best),
                "evaluation_s": .number(evaluation),
                "accuracy": .number(accuracy), "peak_resident_bytes": .integer(peak),
            ])
        }
        try Console.print(
            "\(net.rawValue): \(epochs.counting("epoch")), \(steps.counting("step")) of \(net.batch) from "
                + "\(train.count.counting("row")): \(Self.text(best)) s, the first time \(Self.text(fits[0])) s; "
                + "one evaluation \(Self.text(evaluation)) s; loaded in \(Self.text(loading)) s; "
                + "accuracy \(Self.text(accuracy)); "
                + "threads \(ComputeThread.threadCount), "
                + "peak memory \(Progress.fixed(Double(peak) / 1e6, digits: 0)) MB")
    }

    private static func text(_ value: Double) -> String { Progress.fixed(value, digits: 4) }

    /// What is trained on, and what is measured on.
    private static func data(_ net: BenchmarkNetwork) throws -> (train: Dataset, test: Dataset) {
        if net == .iris {
            let parts = try NamedSet.iris.load(
                fractions: Split.Fractions(validation: 0, test: 0.2), seed: 0)
            return (try Dataset(parts.train), try Dataset(parts.test))
        }
        let parts = try NamedSet.mnist.load(
            fractions: Split.Fractions(validation: 0, test: 0), seed: 0)
        return (try flattened(parts.train, net), try flattened(parts.test, net))
    }

    private static func flattened(_ data: LabeledData, _ net: BenchmarkNetwork) throws -> Dataset {
        try Dataset(
            try LabeledData(
                features: data.features, featureShape: net.input.sizes, targets: data.targets))
    }
}
