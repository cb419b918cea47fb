import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// The sums of loss and metrics over a batch, in inference, as a plan.
package final class EvaluationStep<Model: Layer> {
    private let compiled: CompiledStep<Model>
    private let metrics: [Metric]
    private let data: (features: ObjectIdentifier, targets: ObjectIdentifier)

    package init(_ model: Model, loss: Loss, metrics: [Metric], data: Dataset) throws {
        self.metrics = metrics
        self.data = Self.identity(data)
        compiled = try CompiledStep(model) { model, inputs in
            let (features, targets, rows) = (inputs[0], inputs[1], inputs[2])
            let x = Dataset.inputs(features.gathered(at: rows), scale: inputs[3])
            let y = targets.gathered(at: rows)
            let predictions = model(x)
            let total = loss.perRow(predictions, y).sum().cast(to: .float32).reshaped(to: [1])
            let sums = metrics.map { $0.sums(predictions, y).cast(to: .float32) }
            return [.concatenate([total] + sums)]
        }
    }

    package func matches(_ data: Dataset) -> Bool { Self.identity(data) == self.data }

    package func run(_ model: Model, _ data: Dataset, batch: Int) throws -> Report {
        try compiled.restore(model)
        let size = metrics.reduce(1) { $0 + $1.sumCount }
        var sums = [Double](repeating: 0, count: size)
        let scale = Tensor([Float(data.featureScale)])
        for start in stride(from: 0, to: data.count, by: max(batch, 1)) {
            let rows = (start..<min(start + max(batch, 1), data.count)).map { Int32($0) }
            let part = try compiled(data.features, data.targets, Tensor(rows), scale)[0]
            for (index, value) in try part.values(Double.self).enumerated() { sums[index] += value }
        }
        var report = Report(loss: sums[0] / Double(data.count))
        var next = 1
        for metric in metrics {
            let own = Array(sums[next..<(next + metric.sumCount)])
            report.metrics[metric] = metric.value(own, rows: data.count)
            next += metric.sumCount
        }
        return report
    }

    private static func identity(
        _ data: Dataset
    ) -> (features: ObjectIdentifier, targets: ObjectIdentifier) {
        (ObjectIdentifier(data.features.node), ObjectIdentifier(data.targets.node))
    }
}
