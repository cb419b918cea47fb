import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTraining

struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on a named set or a CSV file.",
        discussion: """
            A CSV file is learned with nothing set: several kinds of models are tried in folds, and
            what helps is averaged; --effort says how much. A network or any option of its training
            asks for one plain network instead.

            Examples:
              kalsae train iris --json
              kalsae train titanic.csv --target survived
              kalsae train mnist --network 784-50-10
              kalsae train fashion-mnist --network batch-norm-convnet --augment flipHorizontal
              kalsae train mnist --network layers.json --epochs 5
              kalsae train titanic.csv --target survived --epochs 50
            """)

    @Argument(help: "iris, digits, mnist, fashion-mnist, or the path of a CSV file.")
    var data: String

    @Option(help: "The column to predict: its name, or its number from 1 (for a CSV file).")
    var target: String?

    @Option(
        help: """
            Layer sizes as in 784-50-10, one of \(NetworkPreset.names), or a .json file with a list \
            of layers; without it, what suits the data.
            """)
    var network: String?

    @Option(
        help: """
            A random change of images in training, as in crop(padding: 2); may be given more than \
            once: \(Augmentation.all.map(\.name).joined(separator: ", ")).
            """)
    var augment: [Augmentation] = []

    @Option(help: "The function between layers: \(Activation.names).")
    var activation: Activation?

    @Option(help: "\(Recipe.OptimizerName.names); adam by default.")
    var optimizer: Recipe.OptimizerName?

    @Option(help: "The learning rate; without it, what suits optimizer and data.")
    var learningRate: Double?

    @Option(help: "How the rate changes: \(Recipe.ScheduleName.names); constant by default.")
    var schedule: Recipe.ScheduleName?

    @Option(help: "The largest norm of all gradients together; without it, none is clipped.")
    var clipNorm: Double?

    @Option(help: "How strongly weights (no biases) are pulled toward 0; adamw has 0.01.")
    var weightDecay: Double?

    @Option(help: "The most times that every row is seen.")
    var epochs: Int?

    @Option(help: "The number of steps, instead of epochs.")
    var steps: Int?

    @Option(help: "Rows per step.")
    var batch: Int?

    @Option(help: "How batches are drawn: \(BatchOrder.names); shuffled by default.")
    var order: BatchOrder?

    @Option(help: "Epochs without a better validation loss before it ends; 0 for never.")
    var patience: Int?

    @Option(help: "The seed of split, weights and shuffling: equal seeds give equal bits.")
    var seed = 0

    @Option(
        help: "How much is tried on a CSV file: quick, default, best (1, 5, 60 s for 5,000 rows).")
    var effort: TableEffort?

    @Option(help: "Where the model goes; without it, NAME.safetensors in this folder.")
    var output: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        let clock = ContinuousClock()
        let start = clock.now
        if try isLearnedWhole() { return try learnTable() }
        let source = try Source(data, target: target, seed: seed)
        let recipe = try recipe(for: source.parts)
        let path = output ?? "\(source.parts.name).safetensors"
        try AtomicFile.checkWritable(path)
        let run = try TrainingRun(recipe, data: source.parts)
        let progress = Progress(epochs: recipe.epochs)
        let outcome = try await run.run(
            onStep: { progress.step($0) }, onEpoch: { progress.epoch($0) })
        progress.end()
        try outcome.file.save(to: path)
        let seconds = start.duration(to: clock.now).seconds
        try report(outcome, recipe, path, seconds)
    }

    private func recipe(for parts: DataParts) throws -> Recipe {
        var recipe = Recipe(for: parts, optimizer: optimizer ?? .adam)
        if let network { recipe.network = try NetworkSource(network) }
        recipe.augmentations = augment
        if let learningRate { recipe.learningRate = learningRate }
        if let epochs { (recipe.epochs, recipe.patience) = (epochs, nil) }
        if let patience { recipe.patience = patience > 0 ? patience : nil }
        if let batch { recipe.batch = batch }
        recipe.steps = steps
        if let activation { recipe.activation = activation }
        recipe.order = order ?? .shuffled
        (recipe.schedule, recipe.clipNorm) = (schedule ?? .constant, clipNorm)
        recipe.weightDecay = weightDecay
        recipe.seed = seed
        return recipe
    }

    private func report(
        _ outcome: TrainingRun.Outcome, _ recipe: Recipe, _ path: String, _ seconds: Double
    ) throws {
        let parts: [(String, Report)] = [
            ("train", outcome.train), ("validation", outcome.validation), ("test", outcome.test),
        ]
        if common.json {
            var members = parts.map { JSONValue.Member($0.0, $0.1.json) }
            members += [
                JSONValue.Member("parameters", .integer(outcome.parameters)),
                JSONValue.Member("steps", .integer(outcome.steps)),
                JSONValue.Member("epochs", .integer(outcome.history.epochs.count)),
                JSONValue.Member(
                    "restored_epoch", outcome.history.restoredEpoch.map { .integer($0) } ?? .null),
                JSONValue.Member("history", .array(outcome.history.epochs.map(\.json))),
                JSONValue.Member("network", .string(recipe.network.description)),
                JSONValue.Member("seed", .integer(seed)),
                JSONValue.Member("seconds", .number(seconds)),
                JSONValue.Member("model", .string(path)),
            ]
            return try Console.print(JSONValue.object(members))
        }
        for (name, part) in parts {
            for line in part.lines(name) { try Console.print(line) }
        }
        for notice in outcome.test.notices { Notice.say(notice) }
        let last = outcome.history.epochs.count
        if let kept = outcome.history.restoredEpoch {
            try Console.print(
                "weights: those of epoch \(kept) of \(last), the best validation loss")
        }
        let time = Progress.fixed(seconds, digits: 2)
        try Console.print(
            "\(recipe.network): \(outcome.parameters) parameters, \(outcome.steps) steps, \(time) s"
        )
        try Console.print("model: \(path)")
    }
}

extension Activation: ExpressibleByArgument {}
extension Augmentation: ExpressibleByArgument {}
extension Recipe.OptimizerName: ExpressibleByArgument {}
extension Recipe.ScheduleName: ExpressibleByArgument {}
extension BatchOrder: ExpressibleByArgument {}
extension TableEffort: ExpressibleByArgument {}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
    /// All names, for help texts.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
