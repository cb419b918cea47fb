import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
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
        /// Measured on data that took no part.
        public var test: Report
        /// The course of the training.
        public var history: History
        /// Steps taken.
        public var steps: Int
        /// Numbers trained.
        public var parameters: Int
    }

    /// How to train.
    public let recipe: Recipe
    /// What to train on.
    public let data: DataParts
    /// The network before its training.
    package let model: Sequential

    /// Pairs a recipe with data; throws where the network does not fit them.
    public init(_ recipe: Recipe, data: DataParts) throws {
        guard recipe.learningRate > 0, recipe.learningRate.isFinite, recipe.batch > 0,
            recipe.epochs > 0, recipe.steps ?? 1 > 0
        else {
            throw KalsaeError(
                "training", expected: "a learning rate, batch, epochs and steps above 0",
                got: "rate \(recipe.learningRate), batch \(recipe.batch), epochs \(recipe.epochs)")
        }
        self.recipe = recipe
        self.data = data
        model = try recipe.network.build(
            input: Shape(data.train.featureShape), outputs: data.train.targets.outputCount,
            activation: recipe.activation, augmentations: recipe.augmentations, seed: recipe.seed)
    }

    /// Trains and measures; throws a `CancellationError` where the task is cancelled.
    public func run(
        onStep: (@Sendable (StepRecord) throws -> Void)? = nil,
        onEpoch: (@Sendable (EpochRecord) throws -> Void)? = nil
    ) async throws -> Outcome {
        let (train, validation) = (try Dataset(data.train), try Dataset(data.validation))
        let trainer = try Trainer(
            model, loss: data.train.targets.loss,
            optimizer: try recipe.makeOptimizer(),
            metrics: data.train.targets.metrics, seed: recipe.seed)
        let perEpoch = StepCount.perEpoch(rows: train.count, batch: recipe.batch)
        let length = recipe.steps ?? StepCount.total(epochs: recipe.epochs, perEpoch: perEpoch)
        // The weights of the best epoch are kept even where nothing ends before its time.
        let patience = recipe.steps == nil ? recipe.patience ?? .max : .max
        let targets = data.train.targets
        var tellStep: (@Sendable (StepRecord) throws -> Void)?
        if let onStep { tellStep = { try onStep($0.inUnits(targets)) } }
        var tellEpoch: (@Sendable (EpochRecord) throws -> Void)?
        if let onEpoch { tellEpoch = { try onEpoch($0.inUnits(targets)) } }
        var history = try await trainer.fit(
            train, validation: validation, epochs: recipe.epochs, steps: recipe.steps,
            batch: recipe.batch, order: recipe.order,
            earlyStopping: EarlyStopping(patience: patience),
            schedule: recipe.schedule.make(steps: length),
            plateau: recipe.schedule.plateau(patience: recipe.patience),
            onStep: tellStep, onEpoch: tellEpoch)
        history.epochs = history.epochs.map { $0.inUnits(targets) }
        try Task.checkCancellation()
        let trained = await trainer.model
        var measured = try Measurement(trained, data.validation)
        var test = try Measurement(trained, data.test)
        var metadata = ModelMetadata(data, seed: recipe.seed)
        metadata.intervals = measured.intervals
        if metadata.intervals?.tells(Measurement.level) == true {
            try measured.report(metadata.intervals, areOwn: true)
            try test.report(metadata.intervals)
        }
        return Outcome(
            file: ModelFile(trained, metadata: metadata.strings),
            train: try await trainer.evaluate(try Dataset(data.train)).inUnits(targets),
            validation: measured.report, test: test.report, history: history,
            steps: await trainer.stepCount, parameters: trained.parameterCount)
    }
}
