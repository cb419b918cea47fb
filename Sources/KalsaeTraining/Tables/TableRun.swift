import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A table learned with nothing set: ``TableLearner`` on its rows, measured, as a file to keep.
public struct TableRun: Sendable {
    /// What came of it.
    public struct Outcome: Sendable {
        /// The ensemble, with what predicting needs.
        public var file: ModelFile
        /// Each training row, measured by models that did not see it.
        public var validation: Report
        /// Measured on rows that took no part; nil where none were held out.
        public var test: Report?
        /// What was tried.
        public var trials: [TableLearner.Trial]
        /// Numbers trained.
        public var parameters: Int
        /// Steps taken.
        public var steps: Int
        /// The rows that were learned.
        public var rows: Int
        /// Those that were measured by models that did not see them.
        public var validatedRows: Int
        /// What logits are divided by; 1 for values.
        public var temperature: Double
    }

    /// How to learn.
    public let learner: TableLearner
    /// What to learn; its validation part is learned too.
    public let data: DataParts

    /// Pairs a learner with data.
    public init(_ learner: TableLearner, data: DataParts) {
        self.learner = learner
        self.data = data
    }

    /// Learns and measures.
    public func run(
        onEpoch: (String, Int, Int, Double) throws -> Void = { _, _, _, _ in }
    ) throws -> Outcome {
        let rows = data.train
        let outcome = try learner.run(rows, onEpoch: onEpoch)
        let validation = try report(of: outcome, rows)
        var test: Report?
        if data.test.count > 0 {
            let evaluator = try Evaluator(
                outcome.model, loss: rows.targets.loss, metrics: rows.targets.metrics)
            test = try evaluator.evaluate(try Dataset(data.test)).inUnits(rows.targets.unit)
        }
        let metadata = ModelMetadata(data, seed: learner.seed)
        return Outcome(
            file: ModelFile(outcome.model, metadata: metadata.strings), validation: validation,
            test: test, trials: outcome.trials, parameters: outcome.model.parameterCount,
            steps: outcome.steps, rows: rows.count,
            validatedRows: outcome.rows.count, temperature: outcome.temperature)
    }

    /// The report of predictions by models that did not see the rows.
    private func report(of outcome: TableLearner.Outcome, _ data: LabeledData) throws -> Report {
        let held = try data.rows(outcome.rows)
        let set = try Dataset(held)
        let width = data.targets.outputCount
        var predictions = Tensor(outcome.predictions, shape: [held.count, width])
        if case .classes = data.targets {
            // The loss takes logits, as which logarithms of probabilities serve.
            predictions = predictions.clipped(to: 1e-12...).log()
        }
        let targets = set.targets
        var report = Report(loss: try data.targets.loss(predictions, targets).item(Double.self))
        for metric in data.targets.metrics {
            report.metrics[metric] = try metric(predictions, targets)
        }
        return report.inUnits(data.targets.unit)
    }
}
