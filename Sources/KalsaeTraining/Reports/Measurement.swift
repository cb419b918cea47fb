import KalsaeData
import KalsaeLayers
import KalsaeSupport

/// A report of everything that outputs for rows tell, with the numbers that it was made from.
struct Measurement {
    private(set) var report: Report
    /// Predicted and true numbers in the target's units; none of classes.
    private let predictions: [Double], targets: [Double]

    /// The level of the intervals that reports speak of.
    static let level = 0.9

    /// Measures outputs.
    ///
    /// - Parameters:
    ///   - outputs: for each row the scores of all classes, or a standardized number.
    ///   - areLogits: whether the scores are logits rather than probabilities.
    init(_ outputs: [Float], areLogits: Bool, _ data: LabeledData.Targets) throws(KalsaeError) {
        switch data {
        case .classes(let actual, let names):
            (predictions, targets) = ([], [])
            guard
                let classes = ClassReport(
                    outputs, areLogits: areLogits, actual: actual, names: names)
            else { throw Self.misfit(outputs, data) }
            report = Report(classes)
        case .values(let numbers, let scale):
            predictions = outputs.map { scale.invert(Double($0)) }
            targets = numbers.map { scale.invert(Double($0)) }
            guard let values = ValueReport(predictions, targets) else {
                throw Self.misfit(outputs, data)
            }
            report = Report(values)
        }
    }

    /// Measures a network on data.
    init(_ model: Sequential, _ data: LabeledData) throws {
        let evaluator = try Evaluator(
            model, loss: data.targets.loss, metrics: [], keepsOutputs: true)
        let source = try Dataset(data).batches(of: EvaluationBatch.rows)
        let (measured, outputs) = try evaluator.measured(source)
        if !measured.loss.isFinite { try evaluator.refuseNaN(source) }
        try self.init(outputs, areLogits: true, data.targets)
    }

    /// Intervals by the errors of these rows; nil of classes.
    var intervals: PredictionIntervals? {
        PredictionIntervals(zip(predictions, targets).map { $0 - $1 })
    }

    /// Reports intervals, and how many of these rows lie within.
    ///
    /// - Parameter areOwn: whether they were made from these rows, whose coverage says nothing then.
    mutating func report(
        _ intervals: PredictionIntervals?, level: Double = level, areOwn: Bool = false
    ) throws(KalsaeError) {
        guard let intervals, report.values != nil else { return }
        report.values?.interval = try intervals.measured(
            level, areOwn ? [] : predictions, areOwn ? [] : targets)
    }

    private static func misfit(
        _ outputs: [Float], _ data: LabeledData.Targets
    ) -> KalsaeError {
        KalsaeError(
            "evaluate", expected: "at least one row, and outputs for each",
            got: "\(outputs.count) outputs for \(data.count) rows")
    }
}
