import Glibc
import KalsaeData
import KalsaeLayers
import KalsaeSupport

/// A report of everything that outputs for rows tell, with the numbers that it was made from.
struct Measurement {
    private(set) var report: Report
    /// Predicted and true numbers in the target's units; none of classes.
    private let predictions: [Double], targets: [Double]
    /// How often each row counts; nil where all count alike.
    private let weights: [Double]?
    /// What was measured.
    private let outputs: [Float], data: LabeledData.Targets, areLogits: Bool
    /// The rule by which one of two classes was predicted; nil for the more probable one.
    private let decision: DecisionRule?

    /// The level of the intervals that reports speak of.
    static let level = 0.9

    /// Measures outputs.
    ///
    /// - Parameters:
    ///   - outputs: for each row the scores of all classes, or a standardized number.
    ///   - areLogits: whether the scores are logits rather than probabilities.
    ///   - weights: how often each row counts; nil where all count alike.
    ///   - decision: the rule by which one of two classes is predicted; nil for the more probable one.
    init(
        _ outputs: [Float], areLogits: Bool, _ data: LabeledData.Targets, weights: [Float]? = nil,
        decision: DecisionRule? = nil
    ) throws(KalsaeError) {
        self.weights = weights?.map { Double($0) }
        (self.outputs, self.data, self.areLogits) = (outputs, data, areLogits)
        self.decision = decision
        if let weights, !weights.isEmpty, !weights.contains(where: { $0 > 0 }) {
            throw KalsaeError(
                "evaluate", expected: "a row of a weight above 0",
                got: "\(weights.count) of weight 0")
        }
        switch data {
        case .classes(let actual, let names):
            (predictions, targets) = ([], [])
            guard
                let classes = ClassReport(
                    outputs, areLogits: areLogits, actual: actual, names: names,
                    weights: self.weights, decision: decision)
            else { throw Self.misfit(outputs, data) }
            report = Report(classes)
        case .values(let numbers, let scale):
            predictions = outputs.map { scale.invert(Double($0)) }
            targets = numbers.map { scale.invert(Double($0)) }
            guard var values = ValueReport(predictions, targets, weights: self.weights) else {
                throw Self.misfit(outputs, data)
            }
            values.targetLoss = ValueReport.TargetLossMeans(
                outputs.map { Double($0) }, numbers.map { Double($0) }, scale: scale,
                weights: self.weights)
            report = Report(values)
        }
    }

    /// Measures a network on data.
    init(_ model: Sequential, _ data: LabeledData, decision: DecisionRule? = nil) throws {
        self = try MeasuredPart(model, data).measurement(of: model, decision: decision)
    }

    /// Measures the rows of several measurements of one kind together; numbers in the target's units,
    /// whatever scale each had.
    ///
    /// - Parameter decision: the rule by which one of two classes is predicted, whatever the parts had.
    init(
        pooling parts: [Measurement], decision: DecisionRule? = nil
    ) throws(KalsaeError) {
        guard let first = parts.first else {
            throw KalsaeError("evaluate", expected: "at least one fold", got: "none")
        }
        let weights = first.weights == nil ? nil : parts.flatMap { $0.weights ?? [] }
        outputs = parts.flatMap(\.outputs)
        (self.weights, areLogits, self.decision) = (weights, first.areLogits, decision)
        predictions = parts.flatMap(\.predictions)
        targets = parts.flatMap(\.targets)
        switch first.data {
        case .classes(_, let names):
            let labels = parts.flatMap { part -> [Int32] in
                if case .classes(let labels, _) = part.data { labels } else { [] }
            }
            data = .classes(labels, names: names)
            let report = ClassReport(
                outputs, areLogits: first.areLogits, actual: labels, names: names,
                weights: weights, decision: decision)
            guard let report else { throw Self.misfit(outputs, data) }
            self.report = Report(report)
        case .values(_, let scale):
            // Of Huber's loss the border is that of the first scale.
            data = .values(
                targets.map { Float($0) },
                scale: TargetScale(mean: 0, deviation: 1, loss: scale.loss))
            guard var report = ValueReport(predictions, targets, weights: weights) else {
                throw Self.misfit(outputs, data)
            }
            report.targetLoss = ValueReport.TargetLossMeans(
                predictions.map(scale.apply), targets.map(scale.apply), scale: scale,
                weights: weights)
            self.report = Report(report)
        }
    }

    /// The number of rows.
    var count: Int { data.count }

    /// Predictions and truths of all rows.
    var rows: MeasuredRows {
        guard case .classes(let actual, let names) = data else {
            var rows = MeasuredRows(outcomes: .values(predicted: predictions, actual: targets))
            rows.weights = weights
            return rows
        }
        var probabilities = outputs.map { Double($0) }
        if areLogits {
            for row in actual.indices {
                let own = (row * names.count)..<((row + 1) * names.count)
                let largest = probabilities[own].max() ?? 0
                for index in own { probabilities[index] = exp(probabilities[index] - largest) }
                let sum = probabilities[own].reduce(0, +)
                for index in own { probabilities[index] /= sum }
            }
        }
        var rows = MeasuredRows(
            outcomes: .classes(
                probabilities: probabilities, actual: actual.map { Int($0) }, names: names))
        (rows.decision, rows.weights) = (decision, weights)
        return rows
    }

    /// Intervals by the errors of these rows; nil of classes, and of a quantile, which is an end of one.
    /// Rows that count count once.
    var intervals: PredictionIntervals? {
        if case .values(_, let scale) = data, case .quantile(let level) = scale.loss, level != 0.5 {
            return nil
        }
        return PredictionIntervals(counted.map { predictions[$0] - targets[$0] })
    }

    /// The rows of numbers with a weight above 0.
    private var counted: [Int] {
        guard let weights else { return Array(targets.indices) }
        return targets.indices.filter { weights[$0] > 0 }
    }

    /// Sets beside the numbers what a linear model came to on the same rows.
    mutating func setLinear(_ linear: Measurement) {
        report.classes?.linear = linear.report.classes.map {
            ClassReport.Linear(accuracy: $0.accuracy, logLoss: $0.logLoss)
        }
        report.values?.linear = linear.report.values.map {
            ValueReport.Linear(rmse: $0.rmse, mae: $0.mae, loss: $0.targetLoss?.loss)
        }
    }

    /// Reports intervals, and how many of these rows lie within.
    ///
    /// - Parameter areOwn: whether they were made from these rows, whose coverage says nothing then.
    mutating func report(
        _ intervals: PredictionIntervals?, level: Double = level, areOwn: Bool = false
    ) throws(KalsaeError) {
        guard let intervals, report.values != nil else { return }
        let rows = areOwn ? [] : counted
        report.values?.interval = try intervals.measured(
            level, rows.map { predictions[$0] }, rows.map { targets[$0] })
    }

    private static func misfit(
        _ outputs: [Float], _ data: LabeledData.Targets
    ) -> KalsaeError {
        KalsaeError(
            "evaluate", expected: "at least one row, and outputs for each",
            got: "\(outputs.count) outputs for \(data.count.counting("row"))")
    }
}
