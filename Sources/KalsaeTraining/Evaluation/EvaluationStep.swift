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
    private let keepsOutputs: Bool

    /// - Parameter keepsOutputs: whether the model's outputs for all rows are gathered too.
    init(_ model: Model, loss: Loss, metrics: [Metric], keepsOutputs: Bool = false) throws {
        self.metrics = metrics
        self.keepsOutputs = keepsOutputs
        compiled = try CompiledStep(model) { model, inputs in
            let (x, y, weights) = BatchInputs.prepared(inputs)
            let predictions = model(x)
            // Metrics that need every row at their end have as many sums as the batch has rows.
            return [loss.sums(predictions, y, weights: weights)]
                + metrics.map { $0.sums(predictions, y) } + (keepsOutputs ? [predictions] : [])
        }
    }

    /// Bytes of intermediate values for a batch like this; nothing is measured.
    func arenaByteCount(for batch: Batch) throws -> Int {
        try compiled.compile(BatchInputs.tensors(of: batch))
        return compiled.plan?.arenaByteCount ?? 0
    }

    /// Measures an epoch of batches; the outputs are none where they are not kept.
    func run(
        _ model: Model, _ source: inout any BatchSource
    ) throws -> (report: Report, outputs: [Float]) {
        try compiled.restore(model)
        // A training changes its weights in place as soon as nobody else holds them.
        defer { try? compiled.releaseState() }
        var (total, outputs) = ([0.0, 0.0], [Float]())
        var sums = [[Double]](repeating: [], count: metrics.count)
        var batches = 0
        while let batch = try source.next() {
            try Task.checkCancellation()
            try RankLeader.keepAlive()
            try batch.check()
            try compiled.run(BatchInputs.tensors(of: batch))
            let results = compiled.results
            for (index, part) in try results[0].values(Double.self).enumerated() {
                total[index] += part
            }
            for (index, metric) in metrics.enumerated() {
                metric.combine(try results[1 + index].values(Double.self), into: &sums[index])
            }
            if keepsOutputs, let last = results.last { outputs += try last.values(Float.self) }
            batches += 1
        }
        guard batches > 0 else {
            throw KalsaeError("evaluate", expected: "a source with batches", got: "none")
        }
        var report = Report(loss: total[1] == 0 ? 0 : total[0] / total[1])
        for (metric, own) in zip(metrics, sums) {
            report.metrics[metric] = metric.value(own)
            if metric.countsClasses { report.confusion = ConfusionMatrix(sums: own) }
        }
        return (report, outputs)
    }
}
