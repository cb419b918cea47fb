import KalsaeData
import KalsaeDistributed
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeRuns
import KalsaeSupport
import KalsaeTensor

/// A recipe carried out on data: trains, measures all three parts, gives a file to keep.
public struct TrainingRun: Sendable {
    /// What came of it.
    public struct Outcome: Sendable {
        /// The trained network, with what predicting needs.
        public var file: ModelFile
        /// Measured on the data that were trained on.
        public var train: Report
        /// Measured on the data that ended the training.
        public var validation: Report
        /// Measured on data that took no part; nil where none were held out.
        public var test: Report?
        /// The course of the training.
        public var history: History
        /// Steps taken.
        public var steps: Int
        /// Numbers trained.
        public var parameters: Int
        /// What rows of each class counted in training; nil where all classes counted alike.
        public var classWeights: [Double]?
        /// Where the training ended, before the weights of its best epoch came back: it can go on
        /// from there.
        public var state: TrainingState
        /// Whether the file's network learned all rows in the end, those of validation and test too.
        public var learnedAll = false
    }

    /// What takes part in a run beside its recipe.
    public struct Options: Sendable {
        /// Records, steers and writes checkpoints.
        public var session: RunSession?
        /// Where to go on: a state of a run of the same recipe and data, with a session.
        public var state: TrainingState?
        /// Goes back by itself where the loss diverges.
        public var divergence: DivergenceGuard?
        /// Changes of settings to make, each behind its step.
        public var interventions: [Intervention] = []
        /// Log files that metrics are appended to.
        public var logs: [MetricLog] = []
        /// Where a step that is not finite is written.
        public var autopsyPath: String?
        /// The processes that train together; nil for this one alone.
        public var group: (any ProcessGroup)?
        /// What ranks above 0 of it call behind each step, with its number.
        public var onFollowedStep: (@Sendable (Int) -> Void)?
        /// Whether a pause is to end because the process is asked to.
        public var isInterrupted: @Sendable () -> Bool = { false }
        /// Called once no further step is taken and before anything is measured, to keep what was
        /// learned; what it throws is thrown by the run.
        public var onLearned: (@Sendable (LearnedNetwork) throws -> Void)?

        /// None of them.
        public init() {}
    }

    /// How to train.
    public let recipe: Recipe
    /// What to train on.
    public let data: DataParts
    /// The rule by which one of two classes is predicted; nil for the more probable one.
    public var threshold: ThresholdChoice?
    /// The network before its training.
    package let model: Sequential
    private let statistics: (mean: [Double], deviation: [Double])?

    /// Pairs a recipe with data; throws where the network does not fit them.
    public init(_ recipe: Recipe, data: DataParts) throws {
        guard recipe.learningRate > 0, recipe.learningRate.isFinite, recipe.batch > 0,
            recipe.epochs > 0, recipe.steps ?? 1 > 0
        else {
            throw KalsaeError(
                "training", expected: "a learning rate, batch, epochs and steps above 0",
                got: "rate \(recipe.learningRate), batch \(recipe.batch), epochs \(recipe.epochs)")
        }
        var recipe = recipe
        recipe.network = try recipe.network.completed(for: data.train)
        self.recipe = recipe
        self.data = data
        statistics = try recipe.standardizes ? data.train.statistics() : nil
        model = try Self.network(recipe, data, statistics)
    }

    private static func network(
        _ recipe: Recipe, _ data: DataParts, _ statistics: (mean: [Double], deviation: [Double])?
    ) throws -> Sequential {
        try recipe.network.build(
            input: Shape(data.train.featureShape), outputs: data.train.targets.outputCount,
            activation: recipe.activation, augmentations: recipe.augmentations, seed: recipe.seed,
            link: data.train.targets.link, standardized: statistics)
    }

    /// The network before its training with numbers of its own: ``model`` would hold them as long as it is
    /// trained.
    private func freshModel() throws -> Sequential { try Self.network(recipe, data, statistics) }

    /// Throws for a metric to judge epochs by that the training does not measure.
    public func checkMonitor() throws(KalsaeError) {
        try FitOptions.check(monitor: recipe.monitor, metrics)
    }

    /// Trains and measures, with the weights of the epoch that was best on the validation data, also
    /// where a callback ends the training; throws a `CancellationError` where the task is cancelled.
    public func run(
        _ options: Options = Options(),
        onStep: (@Sendable (StepRecord) throws -> Void)? = nil,
        onEpoch: (@Sendable (EpochRecord) throws -> Void)? = nil,
        onChange: (@Sendable (Intervention) throws -> Void)? = nil
    ) async throws -> Outcome {
        let parts = try weightedParts()
        let trainer = try self.trainer(options)
        let targets = data.train.targets
        var tellStep: (@Sendable (StepRecord) throws -> Void)?
        if let onStep { tellStep = { try onStep($0.inUnits(targets)) } }
        var tellEpoch: (@Sendable (EpochRecord) throws -> Void)?
        if let onEpoch { tellEpoch = { try onEpoch($0.inUnits(targets).withRMSE(targets)) } }
        var fit = fitOptions(validation: parts.validation)
        options.add(
            to: &fit,
            behind: ClosureCallback(onStep: tellStep, onEpoch: tellEpoch, onChange: onChange),
            targets: targets, monitor: recipe.monitor)
        var history: History
        do {
            history = try await train(trainer, parts.train, parts.classWeights, fit, options.state)
        } catch {
            await options.noteEnd(of: trainer)
            throw error
        }
        try await options.settle(&history, of: trainer)
        let trained = TrainedNetwork(
            model: await trainer.model, history: history, steps: await trainer.stepCount,
            state: try await trainer.finalState)
        if let onLearned = options.onLearned { try onLearned(learned(trained)) }
        let outcome = try outcome(
            trained, classWeights: parts.classWeights, try RunMeasures(self))
        for log in options.logs {
            log.note("test", outcome.test, step: outcome.history.steps)
            log.flush()
        }
        return outcome
    }

    /// Takes part in the training of a group's rank 0, as its other ranks do.
    public func follow(_ options: Options) async throws {
        let parts = try weightedParts()
        var fit = fitOptions(validation: parts.validation)
        fit.onFollowedStep = options.onFollowedStep
        try await train(try trainer(options), parts.train, parts.classWeights, fit, nil)
    }

    private func trainer(_ options: Options) throws -> Trainer<Sequential> {
        try Trainer(
            freshModel(), loss: data.train.targets.loss, optimizer: try recipe.makeOptimizer(),
            metrics: metrics, seed: recipe.seed, observesNorms: recipe.logsGradients,
            microBatches: recipe.microBatches, group: options.group)
    }

    @discardableResult
    private func train(
        _ trainer: Trainer<Sequential>, _ train: Dataset, _ classWeights: [Double]?,
        _ options: FitOptions, _ state: TrainingState?
    ) async throws -> History {
        guard let streamed = data.streamed else {
            return try await trainer.fit(train, options, resuming: state)
        }
        let source = try StreamedBatches(
            streamed, size: recipe.batch, order: recipe.order, last: recipe.lastBatch,
            seed: recipe.seed, classWeights: classWeights ?? [])
        return try await trainer.fit(source, options, resuming: state)
    }

    /// What training takes, by compiling a step; nothing is trained.
    public func memory() throws -> TrainingMemory {
        let parts = recipe.microBatches
        let rows = [data.validation.count, data.test.count, data.train.count].max() ?? 1
        var memory = try freshModel().trainingMemory(
            batch: (recipe.batch - 1) / parts + 1,
            measured: max(min(rows, EvaluationBatch.rows), 1), recipe.makeOptimizer(),
            data.train.targets.loss)
        // Those of a step's plan, and one sum for each level of the tree.
        let levels = parts.bitWidth - (parts - 1).leadingZeroBitCount
        if parts > 1 { memory.sums = memory.model * (2 + levels) }
        return memory
    }

    /// The floating-point operations of a step, by tracing one.
    public func operations() throws -> Double {
        try freshModel().trainingOperations(
            batch: recipe.batch, optimizer: recipe.makeOptimizer(), loss: data.train.targets.loss)
    }

    /// The numbers that are trained.
    public var parameterCount: Int { model.parameterCount }

    /// Tries learning rates on the training data, from a small one until the loss diverges; nothing
    /// is trained.
    public func findLearningRate() async throws -> LearningRateFinder {
        let weights = try recipe.classWeights?.values(for: data.train)
        let train = try Dataset(data.train.weighted(byClass: weights ?? []))
        let trainer = try Trainer(
            freshModel(), loss: data.train.targets.loss, optimizer: try recipe.makeOptimizer(),
            seed: recipe.seed, microBatches: recipe.microBatches)
        return try await trainer.findLearningRate(train, batch: recipe.batch)
    }

    /// Trains anew on all rows, those of validation and test too, for as long as was best; the reports
    /// stay those of the outcome before.
    public func refit(
        _ outcome: Outcome, onStep: (@Sendable (StepRecord) throws -> Void)? = nil
    ) async throws -> Outcome {
        let whole = try await trainedWhole(
            epochs: outcome.history.restoredEpoch ?? outcome.history.epochCount, onStep: onStep)
        // One that was stopped has seen less than was best.
        guard whole.history.end == .completed else { return outcome }
        var outcome = outcome
        outcome.file.model = whole.model
        var metadata = try ModelMetadata(outcome.file, path: data.name)
        metadata.learnedAll = true
        outcome.file.metadata.merge(metadata.strings) { _, new in new }
        outcome.learnedAll = true
        outcome.steps += whole.steps
        return outcome
    }

    /// The network trained on the rows of all parts.
    func trainedWhole(
        epochs: Int, onStep: (@Sendable (StepRecord) throws -> Void)?
    ) async throws -> (model: Sequential, history: History, steps: Int) {
        let targets = data.train.targets
        var tellStep: (@Sendable (StepRecord) throws -> Void)?
        if let onStep { tellStep = { try onStep($0.inUnits(targets)) } }
        let trainer = try Trainer(
            freshModel(), loss: targets.loss, optimizer: try recipe.makeOptimizer(),
            seed: recipe.seed,
            microBatches: recipe.microBatches)
        var options = FitOptions(epochs: epochs, batch: recipe.batch, order: recipe.order)
        options.callbacks = [ClosureCallback(onStep: tellStep, onEpoch: nil)]
        func schedule(rows: Int) -> LearningRateSchedule? {
            let perEpoch = StepCount.perEpoch(rows: rows, batch: recipe.batch)
            return recipe.schedule(
                steps: recipe.steps ?? StepCount.total(epochs: recipe.epochs, perEpoch: perEpoch))
        }
        let history: History
        if let streamed = data.streamed {
            var all = data
            let rows = try streamed.appending([data.validation, data.test])
            all.streamed = rows
            options.schedule = schedule(rows: rows.count)
            let source = try StreamedBatches(
                rows, size: recipe.batch, order: recipe.order, last: recipe.lastBatch,
                seed: recipe.seed, classWeights: try recipe.classWeights?.values(for: all) ?? [])
            history = try await trainer.fit(source, options)
        } else {
            let all = try data.joined()
            let weights = try recipe.classWeights?.values(for: all.train)
            let train = try Dataset(all.train.weighted(byClass: weights ?? []))
            options.schedule = schedule(rows: train.count)
            history = try await trainer.fit(train, options)
        }
        try Task.checkCancellation()
        return (await trainer.model, history, await trainer.stepCount)
    }
}
