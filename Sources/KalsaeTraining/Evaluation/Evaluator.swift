import KalsaeData
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Measures a model on data in inference: the loss, and metrics beside it.
///
/// ```swift
/// let evaluator = try Evaluator(model, loss: .softmaxCrossEntropy, metrics: [.accuracy])
/// print(try evaluator.evaluate(iris.test))
/// ```
///
/// Measuring is compiled for each data set; those of the last ``keptSets`` are kept.
public final class Evaluator<Model: Layer> {
    /// The model that is measured; it may be set to one of the same structure.
    public var model: Model
    /// The loss.
    public let loss: Loss
    /// What is measured beside it.
    public let metrics: [Metric]

    /// For how many data sets a plan is kept.
    public static var keptSets: Int { 8 }

    private let keepsOutputs: Bool
    private var isLossChecked = false
    /// Rows at once for which there was memory.
    private var mostRows = Int.max
    private var steps: [(data: [ObjectIdentifier], step: EvaluationStep<Model>)] = []

    /// Prepares measuring; nothing is compiled before the first data.
    public convenience init(_ model: Model, loss: Loss, metrics: [Metric] = []) throws {
        try self.init(model, loss: loss, metrics: metrics, keepsOutputs: false)
    }

    /// - Parameter keepsOutputs: whether ``measured(_:)`` gives the outputs for all rows.
    init(_ model: Model, loss: Loss, metrics: [Metric], keepsOutputs: Bool) throws {
        for entry in model.tensors { if let fault = entry.tensor.fault { throw fault } }
        self.model = model.labeled()
        self.loss = loss
        self.metrics = metrics
        self.keepsOutputs = keepsOutputs
    }

    /// The loss and the metrics on data.
    ///
    /// - Parameter batch: rows at once.
    /// - Throws: a fault of the model, or a `KalsaeError` where there is no row, a metric does not
    ///   fit, or the model's output for a row is NaN.
    public func evaluate(_ data: Dataset, batch: Int = 1000) throws -> Report {
        guard data.count > 0, batch > 0 else {
            throw KalsaeError(
                "evaluate", expected: "at least one row, and a batch of at least 1",
                got: "\(data.count.counting("row")), batch \(batch)")
        }
        return try evaluate(data.batches(of: batch))
    }

    /// The loss and the metrics on an epoch of batches, from its start.
    public func evaluate(_ source: any BatchSource) throws -> Report {
        let report = try measured(source).report
        if !report.loss.isFinite { try refuseNaN(source) }
        return report
    }

    /// The loss and the metrics, whatever they are, and all outputs where they are kept.
    func measured(_ source: any BatchSource) throws -> (report: Report, outputs: [Float]) {
        var source = source
        try source.seek(to: BatchPosition())
        let resident = source as? DatasetBatches
        if let resident, resident.size > mostRows {
            return try measured(resident.data.batches(of: mostRows))
        }
        do { return try measured(&source, resident) } catch let error as KalsaeError {
            // Fewer rows at once need less memory, and give the same sums.
            guard let resident, resident.size > 1, error.subject.hasPrefix("memory of ") else {
                throw error
            }
            mostRows = min(resident.size, resident.data.count) / 2
            guard mostRows > 0 else { throw error }
            steps.removeAll { $0.data == Self.identity(resident.data) }
            return try measured(resident.data.batches(of: mostRows))
        }
    }

    private func measured(
        _ source: inout any BatchSource, _ resident: DatasetBatches?
    ) throws -> (report: Report, outputs: [Float]) {
        let identity = resident.map { Self.identity($0.data) } ?? []
        if let known = steps.first(where: { $0.data == identity }) {
            return try known.step.run(model, &source)
        }
        try checkMetrics(source)
        let step = try EvaluationStep(
            model, loss: loss, metrics: metrics, keepsOutputs: keepsOutputs)
        if steps.count == Self.keptSets { steps.removeFirst() }
        steps.append((identity, step))
        return try step.run(model, &source)
    }

    /// Lets go of the model's numbers; it must be set before anything else is measured.
    func releaseModel() { model = model.skeleton }

    /// Throws where an output or its loss is NaN, with the row: no class, and no error, is that of such
    /// a row.
    func refuseNaN(_ source: any BatchSource) throws {
        var source = source
        try source.seek(to: BatchPosition())
        var first = 0
        while let batch = try source.next() {
            try Task.checkCancellation()
            let outputs = StepScope.inference { model(batch.inputs) }
            let rows = max(outputs.shape.first ?? 1, 1)
            // Infinite logits are no NaN themselves, but their softmax is.
            for tensor in [outputs, loss.perRow(outputs, batch.targets)] {
                let values = try tensor.values(Double.self)
                guard let position = values.firstIndex(where: \.isNaN) else { continue }
                let width = max(values.count / rows, 1)
                throw NotFiniteOutput.error("evaluate", row: first + position / width)
            }
            first += rows
        }
    }

    /// Throws for a metric that does not fit model, loss and data; looks at the first rows.
    func checkMetrics(_ source: any BatchSource) throws {
        guard !metrics.isEmpty, let batch = try firstRows(of: source, MetricCheck.mostRows) else {
            return
        }
        try MetricCheck.check(metrics, loss: loss, model: model, batch: batch)
    }

    /// Says, once, where the model gives probabilities to a loss that takes logits.
    func warnOfProbabilities(_ source: any BatchSource) throws {
        guard !isLossChecked, loss.input == .logits, let batch = try firstRows(of: source, 8) else {
            return
        }
        isLossChecked = true
        // A fault of the model is for the step to throw, with more to say.
        let predictions = model(batch.inputs)
        guard (try? loss.isGivenProbabilities(predictions)) == true else { return }
        Notice.say(
            "\(loss.name) takes logits, but the model gives probabilities: "
                + "leave out its last softmax or sigmoid, or use a loss of probabilities")
    }

    /// The first rows of a source, which stays where it is.
    func firstRows(of source: any BatchSource, _ most: Int) throws -> Batch? {
        var source = source
        if let resident = source as? DatasetBatches {
            guard resident.data.count > 0, resident.size > 0 else { return nil }
            let rows = (0..<Int32(min(resident.data.count, most))).map { $0 }
            return Batch(ResidentRows(resident.data), rows: rows[...])
        }
        let position = source.position
        let batch = try source.next()
        // A source that is a class has moved.
        try source.seek(to: position)
        return batch?.prefix(most)
    }

    private static func identity(_ data: Dataset) -> [ObjectIdentifier] {
        [data.features, data.targets, data.weights].compactMap { tensor in
            tensor.map { ObjectIdentifier($0.node) }
        }
    }
}

/// What is said of an output that is no finite number.
enum NotFiniteOutput {
    /// - Parameter row: the row, from 0.
    static func error(_ subject: String, row: Int, got: String = "NaN") -> KalsaeError {
        KalsaeError(
            subject, expected: "outputs that are numbers", got: "\(got) for row \(row + 1)",
            advice:
                "look for inputs out of all proportion there, and for weights that are not finite"
        )
    }
}
