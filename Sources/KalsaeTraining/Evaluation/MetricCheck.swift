import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Refuses metrics that would give numbers without meaning for a model, its loss and its data.
enum MetricCheck {
    /// Rows of targets that are looked at.
    static let mostRows = 1000

    /// Throws for the first metric that does not fit; computes no output of the model.
    static func check<Model: Layer>(
        _ metrics: [Metric], loss: Loss, model: Model, batch: Batch
    ) throws {
        let predictions = StepScope.inference { model(batch.inputs) }
        // A fault of the model is for the step to throw, with more to say.
        guard predictions.fault == nil else { return }
        let targets = try batch.targets.evaluate()
        for metric in metrics {
            switch metric.kind {
            case .classes: try checkClasses(metric, loss, predictions, targets)
            case .logits:
                guard loss.input == .logits else {
                    throw refusal(
                        metric, "a loss of logits", "\(loss.name)",
                        "train with softmaxCrossEntropy, or leave the metric out")
                }
            case .values:
                guard loss.input != .logits else {
                    throw refusal(
                        metric, "predictions that are values", "logits, which \(loss.name) takes",
                        "use accuracy, f1 or rocAUC")
                }
            }
            if let fault = metric.sums(predictions, targets).fault { throw fault }
        }
    }

    private static func checkClasses(
        _ metric: Metric, _ loss: Loss, _ predictions: Tensor, _ targets: Tensor
    ) throws {
        let width = predictions.rank > 1 ? predictions.shape.last ?? 1 : 1
        if width == 1, loss.input == .probabilities, metric.name != Metric.rocAUC.name {
            throw refusal(
                metric, "logits, whose sign tells the class",
                "probabilities, which \(loss.name) takes",
                "train with binaryCrossEntropy on outputs without a sigmoid")
        }
        let numbers = try targets.values(Double.self)
        let isShares = width > 1 && targets.dtype.isFloat && targets.shape == predictions.shape
        if isShares {
            for start in stride(from: 0, to: numbers.count, by: width) {
                let row = numbers[start..<(start + width)]
                guard row.allSatisfy({ $0 >= 0 }), (row.reduce(0, +) - 1).magnitude < 1e-3 else {
                    throw refusal(
                        metric, "targets that are classes, or shares of them with sum 1",
                        "a row \(row.prefix(4).map { Float($0) })", values)
                }
            }
        } else {
            let classes = Double(max(width, 2))
            let wrong = numbers.first { !($0 >= 0 && $0 < classes && $0 == $0.rounded()) }
            if let wrong {
                throw refusal(
                    metric, "targets that are classes, numbers from 0 to \(max(width, 2) - 1)",
                    "\(Float(wrong))", values)
            }
        }
    }

    private static let values = "for values use mae, rmse or r2"

    private static func refusal(
        _ metric: Metric, _ expected: String, _ got: String, _ advice: String
    ) -> KalsaeError {
        KalsaeError("metric \(metric.name)", expected: expected, got: got, advice: advice)
    }
}
