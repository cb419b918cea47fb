import KalsaeData
import KalsaeLayers
import KalsaeSupport

/// A network behind its training.
struct TrainedNetwork {
    /// The network with the weights that are kept.
    var model: Sequential
    /// The course, in the units of the loss.
    var history: History
    /// Steps taken.
    var steps: Int
    /// Where the training ended.
    var state: TrainingState
}

/// What a run is made of, whether it trains alone or as one of a stack.
extension TrainingRun {
    /// The rows of training and validation, weighted by class as the recipe says.
    func weightedParts() throws -> (
        train: Dataset, validation: Dataset, classWeights: [Double]?
    ) {
        let weights = try recipe.classWeights?.values(for: data)
        return (
            try Dataset(data.train.weighted(byClass: weights ?? [])),
            try Dataset(data.validation.weighted(byClass: weights ?? [])), weights
        )
    }

    /// What is measured within the training. Metrics count all rows alike: they would contradict a
    /// weighted loss.
    var metrics: [Metric] { data.train.weights == nil ? data.train.targets.metrics : [] }

    /// How the recipe trains; callbacks are added.
    func fitOptions(validation: Dataset) -> FitOptions {
        var fit = recipe.fitOptions(
            perEpoch: StepCount.perEpoch(rows: data.trainCount, batch: recipe.batch))
        fit.validation = validation.batches(of: EvaluationBatch.rows)
        return fit
    }

    /// A trained network before it is measured.
    func learned(_ trained: TrainedNetwork) throws -> LearnedNetwork {
        var metadata = ModelMetadata(data, seed: recipe.seed)
        // That with the best F1 is found by measuring.
        if case .probability? = threshold { try metadata.decide(by: threshold, best: nil) }
        return LearnedNetwork(
            file: ModelFile(trained.model, metadata: metadata.strings),
            history: inUnits(trained.history), state: trained.state)
    }

    private func inUnits(_ history: History) -> History {
        let targets = data.train.targets
        var history = history
        history.epochs = history.epochs.map { $0.inUnits(targets).withRMSE(targets) }
        return history
    }

    /// Measures a trained network, and gives it what predicting needs.
    func outcome(
        _ trained: TrainedNetwork, classWeights: [Double]?, _ measures: RunMeasures
    ) throws -> Outcome {
        let model = trained.model
        var measured = try measures.validation.measurement(of: model)
        var metadata = ModelMetadata(data, seed: recipe.seed)
        metadata.intervals = measured.intervals
        try metadata.decide(by: threshold, best: measured.report.classes?.threshold)
        if let decision = metadata.decision {
            measured = try measures.validation.measurement(of: model, decision: decision)
        }
        let tells = metadata.intervals?.tells(Measurement.level) == true
        if tells { try measured.report(metadata.intervals, areOwn: true) }
        var test: Report?
        if let part = measures.test {
            var measurement = try part.measurement(of: model, decision: metadata.decision)
            if tells { try measurement.report(metadata.intervals) }
            test = measurement.report
        }
        return Outcome(
            file: ModelFile(model, metadata: metadata.strings),
            train: try measures.trainReport(of: model), validation: measured.report, test: test,
            history: inUnits(trained.history), steps: trained.steps,
            parameters: model.parameterCount, classWeights: classWeights, state: trained.state)
    }
}

extension Recipe {
    /// How it trains, without validation data and callbacks.
    ///
    /// - Parameter perEpoch: the batches of an epoch.
    func fitOptions(perEpoch: Int) -> FitOptions {
        let length = steps ?? StepCount.total(epochs: epochs, perEpoch: perEpoch)
        var fit = FitOptions(
            epochs: epochs, steps: steps, batch: batch, order: order,
            // Without patience no epoch ends it, and the best one's weights are kept all the same.
            earlyStopping: EarlyStopping(patience: patience ?? .max),
            schedule: schedule(steps: length), plateau: plateau)
        fit.lastBatch = lastBatch
        fit.monitor = monitor
        fit.stepsPerExecution = stepsPerExecution
        return fit
    }
}

extension TrainingRun.Options {
    /// Puts them into a training's, behind a callback.
    ///
    /// - Parameters:
    ///   - targets: what is learned, where losses and errors are to be in its units.
    ///   - monitor: what the best checkpoint is judged by.
    func add(
        to fit: inout FitOptions, behind first: any Callback, targets: LabeledData.Targets? = nil,
        monitor: String
    ) {
        (fit.divergence, fit.interventions) = (divergence, interventions)
        fit.autopsyPath = autopsyPath
        fit.callbacks = [first] + logs.map { MetricCallback($0, targets: targets) }
        fit.callbacks +=
            session?.callbacks(targets: targets, monitor: monitor, isInterrupted: isInterrupted)
            ?? []
    }

    /// Records how far a training came that an error ended.
    func noteEnd(of trainer: Trainer<Sequential>) async {
        guard let step = try? await trainer.state.progress.fit?.steps else { return }
        session?.recorder.reach(step)
    }

    /// Throws where the task is cancelled; takes the best weights where a callback ended the training.
    func settle(_ history: inout History, of trainer: Trainer<Sequential>) async throws {
        try Task.checkCancellation()
        if case .stopped = history.end {
            history.restoredEpoch = try await trainer.restoreBestWeights()
        }
    }
}
