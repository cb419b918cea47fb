import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A recipe carried out on a text: trains a network to tell the next token, measures, gives a file that
/// writes text (``TextModel``).
///
/// ```swift
/// let text = try TextData(path: "plays.txt")
/// let outcome = try await TextRun(Recipe(for: text), data: text, context: 64).run()
/// print(try TextModel(outcome.file).text(after: "ROMEO:", count: 200, temperature: 0.8))
/// ```
public struct TextRun: Sendable {
    /// How to train.
    public let recipe: Recipe
    /// What to train on.
    public let data: TextData
    /// The tokens of a window, the most that the next one depends on.
    public let context: Int
    /// The network before its training.
    package let model: Sequential

    /// Tokens of the training part that are measured at the end.
    private static let measuredTokens = 100_000

    /// Pairs a recipe with a text.
    ///
    /// - Throws: a `KalsaeError` where the network does not fit, or a part has no window.
    public init(_ recipe: Recipe, data: TextData, context: Int = 64) throws {
        guard recipe.learningRate > 0, recipe.learningRate.isFinite, recipe.batch > 0,
            recipe.epochs > 0, recipe.steps ?? 1 > 0
        else {
            throw KalsaeError(
                "training", expected: "a learning rate, batch, epochs and steps above 0",
                got: "rate \(recipe.learningRate), batch \(recipe.batch), epochs \(recipe.epochs)")
        }
        guard context >= 1 else {
            throw KalsaeError("context", expected: "at least one token", got: "\(context)")
        }
        let parts = [("training", data.train, false), ("validation", data.validation, false)]
        for (name, part, isFree) in parts + [("test", data.test, true)]
        where part.count <= context && !(isFree && part.isEmpty) {
            throw KalsaeError(
                data.name, expected: "more than \(context.counting("token")) for \(name)",
                got: "\(part.count)",
                advice: "a longer text, larger shares (--split), or a shorter context (--context)")
        }
        (self.recipe, self.data, self.context) = (recipe, data, context)
        model = try Self.network(recipe, data, context)
    }

    private static func network(
        _ recipe: Recipe, _ data: TextData, _ context: Int
    ) throws -> Sequential {
        try recipe.network.build(
            context: context, tokens: data.tokens.count, activation: recipe.activation,
            seed: recipe.seed)
    }

    /// The network before its training with numbers of its own: ``model`` would hold them as long as it is
    /// trained.
    private func freshModel() throws -> Sequential { try Self.network(recipe, data, context) }

    /// The metrics beside the loss.
    static let metrics: [Metric] = [.accuracy]

    /// Throws for a metric to judge epochs by that the training does not measure.
    public func checkMonitor() throws(KalsaeError) {
        try FitOptions.check(monitor: recipe.monitor, Self.metrics)
    }

    /// Trains and measures, with the weights of the epoch that was best on the validation part, also
    /// where a callback ends the training; of the training part the first 100,000 tokens are measured.
    public func run(
        _ options: TrainingRun.Options = TrainingRun.Options(),
        onStep: (@Sendable (StepRecord) throws -> Void)? = nil,
        onEpoch: (@Sendable (EpochRecord) throws -> Void)? = nil,
        onChange: (@Sendable (Intervention) throws -> Void)? = nil
    ) async throws -> TrainingRun.Outcome {
        let trainer = try self.trainer(options)
        let source = try batches()
        var fit = try self.fitOptions(source)
        options.add(
            to: &fit, behind: ClosureCallback(onStep: onStep, onEpoch: onEpoch, onChange: onChange),
            monitor: recipe.monitor)
        var history: History
        do {
            history = try await trainer.fit(source, fit, resuming: options.state)
        } catch {
            await options.noteEnd(of: trainer)
            throw error
        }
        try await options.settle(&history, of: trainer)
        let trained = await trainer.model
        let state = try await trainer.finalState
        let file = TextModel.file(
            trained, tokens: data.tokens, context: context, data: data.name, seed: recipe.seed)
        if let onLearned = options.onLearned {
            try onLearned(LearnedNetwork(file: file, history: history, state: state))
        }
        let evaluator = try Evaluator(
            trained, loss: .softmaxCrossEntropy, metrics: Self.metrics)
        func report(_ part: some Collection<Int32>) throws -> Report {
            try evaluator.evaluate(try windows(Array(part)))
        }
        let test = data.test.isEmpty ? nil : try report(data.test)
        for log in options.logs {
            log.note("test", test, step: history.steps)
            log.flush()
        }
        return TrainingRun.Outcome(
            file: file,
            train: try report(data.train.prefix(max(Self.measuredTokens, context + 1))),
            validation: try report(data.validation), test: test, history: history,
            steps: await trainer.stepCount, parameters: model.parameterCount, classWeights: nil,
            state: state)
    }

    /// Takes part in the training of a group's rank 0, as its other ranks do.
    public func follow(_ options: TrainingRun.Options) async throws {
        let source = try batches()
        var fit = try fitOptions(source)
        fit.onFollowedStep = options.onFollowedStep
        try await trainer(options).fit(source, fit)
    }

    private func trainer(_ options: TrainingRun.Options) throws -> Trainer<Sequential> {
        try Trainer(
            freshModel(), loss: .softmaxCrossEntropy, optimizer: try recipe.makeOptimizer(),
            metrics: Self.metrics, seed: recipe.seed, observesNorms: recipe.logsGradients,
            microBatches: recipe.microBatches, group: options.group)
    }

    private func fitOptions(_ source: TextBatches) throws -> FitOptions {
        var fit = recipe.fitOptions(perEpoch: source.batchesPerEpoch ?? 1)
        fit.validation = try windows(data.validation)
        return fit
    }

    /// Tries learning rates on the training part, from a small one until the loss diverges; nothing is
    /// trained.
    public func findLearningRate() async throws -> LearningRateFinder {
        let trainer = try Trainer(
            freshModel(), loss: .softmaxCrossEntropy, optimizer: try recipe.makeOptimizer(),
            seed: recipe.seed, microBatches: recipe.microBatches)
        return try await trainer.findLearningRate(try batches())
    }

    /// Looks at the network of a state on windows of the training part; nothing is trained.
    ///
    /// - Parameters:
    ///   - state: a state of a run of this recipe.
    ///   - windows: the most windows for outputs and gradients, from the start on.
    /// - Throws: a `KalsaeError` where the state is that of another network.
    public func checkup(_ state: TrainingState, windows: Int = 32) throws -> ModelCheckup {
        var source = try TextBatches(
            data.train, context: context, size: windows, order: .sequential)
        guard let batch = source.next() else {
            throw KalsaeError(data.name, expected: "a window of text", got: "none")
        }
        let examination = NetworkExamination(
            recipe: recipe, loss: .softmaxCrossEntropy, model: model, state: state)
        var checkup = try examination.checkup(batch.inputs, batch.targets)
        checkup.classes = data.tokens.count
        return checkup
    }

    /// The windows to train on.
    private func batches() throws(KalsaeError) -> TextBatches {
        try TextBatches(
            data.train, context: context, size: recipe.batch, order: recipe.order,
            last: recipe.lastBatch, seed: recipe.seed)
    }

    /// All windows of a part in their order.
    private func windows(_ part: [Int32]) throws(KalsaeError) -> TextBatches {
        try TextModel.windows(part, context: context)
    }
}
