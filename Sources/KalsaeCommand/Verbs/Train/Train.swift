import ArgumentParser
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport
import KalsaeTraining

struct Train: AsyncParsableCommand, ComputingCommand, RankedCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on a named set, a CSV file, a folder of images or a text.",
        discussion: """
            A CSV file is learned with nothing set: several kinds of models are tried in folds, and \
            what helps is averaged; --effort says how much. A network or any option of its training \
            asks for one plain network instead. Of a text, the next token is learned. Ctrl-C keeps the best that was found so far.

            Examples:
              kalsae train iris --json
              kalsae train titanic.csv --target survived
              kalsae train mnist --network 784-50-10
              kalsae train digits --network simple-convnet --augment shift
              kalsae train flowers/ --network simple-convnet --image-size 32x32
              kalsae train mnist --network layers.json --epochs 5
              kalsae train titanic.csv --target survived --epochs 50
              kalsae train plan.yaml --set optimizer.learningRate=3e-4
              kalsae train --resume last
              kalsae train visits.csv --target paid --group patient --class-weight balanced
              kalsae train digits --find-rate
              kalsae train houses.csv --target price --search 30
              kalsae train houses.csv --target price --folds 5 --network 12-32-1
              kalsae train plays.txt --tokens words --context 32
            """)

    @Argument(
        help: """
            iris, digits, mnist, fashion-mnist, cifar10, cifar100, the path of a CSV file, of a folder \
            with a folder of PNG or JPEG files for each class, of CIFAR's binary files, of an NPZ \
            file or of a text; tiny-shakespeare; - for a table on standard input.
            """, completion: .file())
    var data: String

    @Flag(
        help: """
            Try learning rates from 1e-7 to 10, one a step, and suggest one; nothing is trained or \
            recorded.
            """)
    var findRate = false

    @Option(
        help: """
            The column to predict: its name, or its number from 1 (for a CSV file); the array, for an \
            NPZ file.
            """)
    var target: String?

    @Option(
        help: """
            Layer sizes as in 784-50-10, hidden ones alone as in 64-32, one of \(NetworkPreset.names), or a .json file with a list \
            of layers; without it, what suits the data.
            """, completion: NameCompletion.networks)
    var network: String?

    @Option(
        help: """
            A random change of images in training, as in crop(padding: 2); may be given more than \
            once.
            """)
    var augment: [Augmentation] = []

    @Flag(
        help: """
            Standardize images channel by channel, and rows of an NPZ file column by column, by their \
            training rows alone; the model has both numbers. Columns of tables are in any case.
            """)
    var standardize = false

    @Option(help: "The function between layers.")
    var activation: Activation?

    @Option(
        help: """
            How weights move along their gradients; adam by default. With settings of its own as JSON: \
            {"optimizer": "adam", "beta1": 0.8}.
            """)
    var optimizer: OptimizerChoice?

    @Option(
        help: """
            The learning rate; without it the optimizer's own, with adam 0.001, and 0.003 below \
            5,000 rows.
            """)
    var learningRate: Double?

    @Option(
        help: """
            How the rate changes; constant by default. With settings of its own as JSON: \
            {"schedule": "cosine", "steps": 900}.
            """)
    var schedule: ScheduleChoice?

    @Option(help: "The largest norm of all gradients together; without it, none is clipped.")
    var clipNorm: Double?

    @Option(help: "How strongly weights (no biases) are pulled toward 0; adamw has 0.01.")
    var weightDecay: Double?

    @Option(
        help: """
            The most times that every row is seen; without it 200 for tables below 5,000 rows, 60 \
            for larger ones, 20 for images (60 of fewer than 1,000). The weights of the best epoch \
            are kept.
            """)
    var epochs: Int?

    @Option(help: "The number of steps, instead of epochs; all are taken without --patience.")
    var steps: Int?

    @Option(
        help: """
            Rows per step; without it 16 for tables below 5,000 rows, 64 for larger ones, 100 for \
            images (16 of fewer than 1,000).
            """)
    var batch: Int?

    @Option(
        help: """
            Cut each batch into so many parts, whose gradients are summed before the update: memory \
            for a part is enough then. Batch norm measures each part by itself.
            """)
    var microBatches: Int?

    @Option(
        help: """
            Take so many steps together, for small networks on accelerators: progress, commands and \
            checkpoints act behind all of them. The numbers are the same; without it 1.
            """)
    var stepsPerExecution: Int?

    @Option(help: "How batches are drawn; shuffled by default.")
    var order: BatchOrder?

    @Flag(help: "Leave out of each epoch the rows that do not fill a batch.")
    var dropLast = false

    @Option(
        help: """
            Epochs without a better validation loss before it ends, 0 for never; without it 30 for \
            tables below 5,000 rows, 10 for larger ones, 3 for images (10 of fewer than 1,000).
            """)
    var patience: Int?

    @Option(
        help: """
            What the best epoch, --patience and --schedule plateau go by, of the validation rows: loss \
            by default, else accuracy, or of values r2, mae, rmse.
            """)
    var monitor: String?

    @Option(
        help: """
            How much rows of each class count in training, beside --weight: balanced, or as in \
            NAME=2,OTHER=1. Probabilities are then those of classes as frequent as that makes them; \
            numbers are still reported of the rows as they are.
            """)
    var classWeight: String?

    @Option(help: "The seed of split, weights and shuffling: equal seeds give equal bits.")
    var seed = 0

    @Option(
        help: "How much is tried on a CSV file: some 1, 5 or 60 s for 5,000 rows.")
    var effort: TableEffort?

    @Option(
        help: ArgumentHelp(
            """
            Try so many settings of a plain network first (rate, decay, batch, sizes), and train \
            with the best; `kalsae search` searches others.
            """, valueName: "trials"))
    var search: Int?

    @Option(
        help: """
            Of two classes, the probability from which on the rarer one is predicted, or best: that \
            with the best F1 on rows held out. The model keeps it as its rule; without it the more \
            probable class is predicted.
            """)
    var threshold: ThresholdChoice?

    @Option(
        help: """
            Where the model goes; without it, NAME.safetensors in this folder. A file of other \
            origin is not replaced.
            """, completion: NameCompletion.models)
    var output: String?

    @Flag(help: "Replace the model's file, whatever it is from.")
    var overwrite = false

    @Option(
        help: """
            The most memory that data may take, as 400M or 2G; without it three quarters of the \
            machine's. Of a CSV file that takes more, a plain network sees all rows as a stream, and \
            the default learner rows drawn at random.
            """)
    var memory: String?

    @OptionGroup(title: "Rows that are held out") var splitting: SplitOptions

    @OptionGroup(title: "How files are read") var reading: ReadingOptions

    @OptionGroup(title: "What the columns are") var columns: ColumnOptions

    @OptionGroup(title: "How images are read") var images: ImageOptions

    @OptionGroup(title: "How texts are read") var text: TextOptions

    @OptionGroup(title: "How the run is recorded") var recording: RecordOptions

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        try checkNumbers()
        let ranks = try Ranks.open()
        if recording.live, ranks.count == 1 { return try await trainLive() }
        // Nothing is to be kept of rates that are tried.
        if !findRate { Interrupt.watch() }
        if ranks.group == nil { StopLine.announce("stops at its first step") }
        try await ranks.perform { try await train(ranks) }
    }

    private func train(_ ranks: Ranks) async throws {
        let start = ContinuousClock.now
        try ranks.agree("the options") {
            try checkRanks(ranks)
            _ = try memoryLimit()
            if !isOfText { try text.refuse(for: data) }
        }
        if isOfText { return try await trainText(ranks, start: start) }
        if let search { return try await trainBest(of: search) }
        if try ranks.agree("the options", { try isLearnedWhole(ranks) }) { return try learnTable() }
        if let folds = splitting.folds {
            try checkFolds()
            try checkRecipe()
            return try await trainFolds(folds)
        }
        try await trainNetwork(ranks, start: start)
    }
}

extension Activation: ExpressibleByArgument {}
extension Augmentation: ExpressibleByArgument {}
extension Recipe.OptimizerName: ExpressibleByArgument {}
extension BatchOrder: ExpressibleByArgument {}
extension TableEffort: ExpressibleByArgument {}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
    /// All names, for help texts.
    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
