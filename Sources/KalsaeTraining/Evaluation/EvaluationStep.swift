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
    private let data: [ObjectIdentifier]
    private let sizes = SumSizes()

    /// How many sums each metric has, known once its step is traced.
    private final class SumSizes {
        var counts: [Int] = []
    }

    package init(_ model: Model, loss: Loss, metrics: [Metric], data: Dataset) throws {
        self.metrics = metrics
        self.data = Self.identity(data)
        compiled = try CompiledStep(model) { [sizes] model, inputs in
            let (features, targets, rows) = (inputs[0], inputs[1], inputs[2])
            let x = Dataset.inputs(features.gathered(at: rows), scale: inputs[3])
            let y = targets.gathered(at: rows)
            let predictions = model(x)
            let weights = inputs.count > 4 ? inputs[4].gathered(at: rows) : nil
            let sums =
                [loss.sums(predictions, y, weights: weights)]
                + metrics.map { $0.sums(predictions, y) }
            sizes.counts = sums.map(\.count)
            return [.concatenate(sums)]
        }
    }

    package func matches(_ data: Dataset) -> Bool { Self.identity(data) == self.data }

    package func run(_ model: Model, _ data: Dataset, batch: Int) throws -> Report {
        try compiled.restore(model)
        var sums: [[Double]] = []
        let scale = Tensor([Float(data.featureScale)])
        for start in stride(from: 0, to: data.count, by: max(batch, 1)) {
            try Task.checkCancellation()
            let rows = (start..<min(start + max(batch, 1), data.count)).map { Int32($0) }
            let inputs = [data.features, data.targets, Tensor(rows), scale]
            try compiled.run(inputs + (data.weights.map { [$0] } ?? []))
            let part = compiled.results[0]
            let parts = split(try part.values(Double.self))
            sums = sums.isEmpty ? parts : joined(sums, parts)
        }
        let total = sums[0]
        var report = Report(loss: total[1] == 0 ? 0 : total[0] / total[1])
        for (metric, own) in zip(metrics, sums.dropFirst()) {
            report.metrics[metric] = metric.value(own)
            if metric.countsClasses { report.confusion = ConfusionMatrix(sums: own) }
        }
        return report
    }

    /// The numbers of a batch, the loss's first and then those of each metric.
    private func split(_ numbers: [Double]) -> [[Double]] {
        var rest = numbers[...]
        return sizes.counts.map { count in
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    private func joined(_ left: [[Double]], _ right: [[Double]]) -> [[Double]] {
        left.indices.map { place in
            guard place > 0 else { return zip(left[0], right[0]).map { $0 + $1 } }
            return metrics[place - 1].combined(left[place], right[place])
        }
    }

    private static func identity(_ data: Dataset) -> [ObjectIdentifier] {
        [data.features, data.targets, data.weights].compactMap { tensor in
            tensor.map { ObjectIdentifier($0.node) }
        }
    }
}
