import KalsaeData
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Loss and metrics of all members of a stack on the same data, as one plan.
final class StackedEvaluation {
    private let compiled: CompiledStep<Sequential>
    private let metrics: [Metric]
    private let source: DatasetBatches

    /// - Parameter models: the stack, whose numbers do not matter.
    init(_ models: Sequential, loss: Loss, metrics: [Metric], _ source: DatasetBatches) throws {
        (self.metrics, self.source) = (metrics, source)
        compiled = try CompiledStep(models) { models, inputs in
            let (x, y, weights) = BatchInputs.prepared(inputs)
            return mapped(over: models) { model in
                let predictions = model(x)
                return [loss.sums(predictions, y, weights: weights)]
                    + metrics.map { $0.sums(predictions, y) }
            }
        }
        try compiled.releaseState()
    }

    /// Measures the members.
    func reports(_ models: Sequential, count: Int) throws -> [Report] {
        try compiled.restore(models)
        // The step of the training changes its weights in place as soon as nobody else holds them.
        defer { try? compiled.releaseState() }
        var source = source
        try source.seek(to: BatchPosition())
        let none = [[Double]](repeating: [], count: count)
        var sums = [[[Double]]](repeating: none, count: 1 + metrics.count)
        var values: [Float] = []
        while let batch = source.next() {
            try Task.checkCancellation()
            try compiled.run(BatchInputs.tensors(of: batch))
            for index in sums.indices {
                try compiled.read(index, into: &values)
                let width = values.count / count
                for member in 0..<count {
                    let own = values[(member * width)..<((member + 1) * width)].map { Double($0) }
                    if index > 0 {
                        metrics[index - 1].combine(own, into: &sums[index][member])
                    } else if sums[0][member].isEmpty {
                        sums[0][member] = own
                    } else {
                        for part in own.indices { sums[0][member][part] += own[part] }
                    }
                }
            }
        }
        return (0..<count).map { member in
            let loss = sums[0][member]
            var report = Report(loss: loss.count < 2 || loss[1] == 0 ? 0 : loss[0] / loss[1])
            for (index, metric) in metrics.enumerated() {
                let own = sums[1 + index][member]
                report.metrics[metric] = metric.value(own)
                if metric.countsClasses { report.confusion = ConfusionMatrix(sums: own) }
            }
            return report
        }
    }
}
