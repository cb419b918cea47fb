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
        let stopping = recipe.steps == nil ? recipe.patience : nil
        let history = try await trainer.fit(
            train, validation: validation, epochs: recipe.epochs, steps: recipe.steps,
            batch: recipe.batch, order: recipe.order,
            earlyStopping: stopping.map { EarlyStopping(patience: $0) },
            schedule: recipe.schedule.make(steps: length),
            plateau: recipe.schedule.plateau(patience: recipe.patience), onStep: onStep,
            onEpoch: onEpoch)
        try Task.checkCancellation()
        let trained = await trainer.model
        return Outcome(
            file: ModelFile(trained, metadata: ModelMetadata(data, seed: recipe.seed).strings),
            train: try await report(trainer, train),
            validation: try await report(trainer, validation),
            test: try await report(trainer, try Dataset(data.test)), history: history,
            steps: await trainer.stepCount, parameters: trained.parameterCount)
    }

    private func report(
        _ trainer: Trainer<Sequential>, _ part: Dataset
    ) async throws -> Report {
        try await trainer.evaluate(part).inUnits(data.train.targets.unit)
    }
}

extension Report {
    /// The report with errors in the table's own units.
    func inUnits(_ unit: Double) -> Report {
        var report = self
        for metric in [Metric.mae, .rmse] {
            if let value = metrics[metric] { report.metrics[metric] = value * unit }
        }
        return report
    }
}
