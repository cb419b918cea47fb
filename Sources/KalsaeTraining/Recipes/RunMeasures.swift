import KalsaeData
import KalsaeLayers

/// Measures trained networks of one structure on the parts of a run's data: compiled once for all.
final class RunMeasures {
    /// The rows that end a training, and those that took no part; nil where none were held out.
    let validation: MeasuredPart, test: MeasuredPart?
    private let data: DataParts
    private let train: Dataset
    private let evaluator: Evaluator<Sequential>

    /// The rows of a run's data, all counting as they do in the data.
    struct Rows: Sendable {
        let train: Dataset, validation: Dataset, test: Dataset?

        init(_ data: DataParts) throws {
            train = try Dataset(data.train)
            validation = try Dataset(data.validation)
            test = data.test.count > 0 ? try Dataset(data.test) : nil
        }
    }

    convenience init(_ run: TrainingRun) throws { try self.init(run, Rows(run.data)) }

    init(_ run: TrainingRun, _ rows: Rows) throws {
        data = run.data
        validation = try MeasuredPart(run.model, data.validation, rows.validation)
        test = try rows.test.map { try MeasuredPart(run.model, run.data.test, $0) }
        train = rows.train
        evaluator = try Evaluator(
            run.model, loss: data.train.targets.loss, metrics: run.metrics)
    }

    /// Loss and metrics on the data that were trained on, weighted where rows have weights.
    func trainReport(of model: Sequential) throws -> Report {
        let targets = data.train.targets
        guard data.train.weights != nil else {
            evaluator.model = model
            return try evaluator.evaluate(train).inUnits(targets)
        }
        let report = try Measurement(model, data.train).report
        return Report(
            loss: report.loss, metrics: report.metrics.filter { targets.metrics.contains($0.key) })
    }
}

/// Rows that networks of one structure are measured on.
struct MeasuredPart {
    private let data: LabeledData
    private let source: DatasetBatches
    private let evaluator: Evaluator<Sequential>

    init(_ model: Sequential, _ data: LabeledData) throws {
        try self.init(model, data, Dataset(data))
    }

    init(_ model: Sequential, _ data: LabeledData, _ rows: Dataset) throws {
        self.data = data
        source = rows.batches(of: EvaluationBatch.rows)
        evaluator = try Evaluator(
            model, loss: data.targets.loss, metrics: [], keepsOutputs: true)
    }

    /// Everything that the outputs of a network tell.
    func measurement(of model: Sequential, decision: DecisionRule? = nil) throws -> Measurement {
        evaluator.model = model
        let (measured, outputs) = try evaluator.measured(source)
        if !measured.loss.isFinite { try evaluator.refuseNaN(source) }
        return try Measurement(
            outputs, areLogits: true, data.targets, weights: data.weights, decision: decision)
    }
}
