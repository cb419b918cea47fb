import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// The sums of loss and metrics over a batch, in inference, as a plan.
final class EvaluationStep<Model: Layer> {
    private let compiled: CompiledStep<Model>
    private let metrics: [Metric]
    private let sizes = SumSizes()

    /// How many sums each metric has, known once its step is traced.
    private final class SumSizes {
        var counts: [Int] = []
    }

    init(_ model: Model, loss: Loss, metrics: [Metric]) throws {
        self.metrics = metrics
        compiled = try CompiledStep(model) { [sizes] model, inputs in
            let (x, y, weights) = BatchInputs.prepared(inputs)
            let predictions = model(x)
            let sums =
                [loss.sums(predictions, y, weights: weights)]
                + metrics.map { $0.sums(predictions, y) }
            sizes.counts = sums.map(\.count)
            return [.concatenate(sums)]
        }
    }

    /// Measures an epoch of batches.
    func run(_ model: Model, _ source: inout any BatchSource) throws -> Report {
        try compiled.restore(model)
        var sums: [[Double]] = []
        while let batch = try source.next() {
            try Task.checkCancellation()
            try batch.check()
            try compiled.run(BatchInputs.tensors(of: batch))
            let parts = split(try compiled.results[0].values(Double.self))
            sums = sums.isEmpty ? parts : joined(sums, parts)
        }
        guard let total = sums.first else {
            throw KalsaeError("evaluate", expected: "a source with batches", got: "none")
        }
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
        left.indices.map { index in
            guard index > 0 else { return zip(left[0], right[0]).map { $0 + $1 } }
            return metrics[index - 1].combined(left[index], right[index])
        }
    }
}
