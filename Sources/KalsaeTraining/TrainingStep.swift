import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// One training step as a plan: gather the batch, forward, loss, backward, update.
package final class TrainingStep<Model: Layer> {
    package var optimizer: any Optimizer
    package private(set) var count = 0
    private let compiled: CompiledStep<TensorPair<Model, OptimizerState>>
    private let scalars: HostTensor<Float>
    private let key: HostTensor<Int64>
    private var rows: HostTensor<Int32>?
    private let scale: HostTensor<Float>

    package init(_ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int) throws {
        self.optimizer = optimizer
        let state = OptimizerState(for: model, optimizer)
        scalars = try HostTensor(count: optimizer.scalars(step: 1).count)
        key = try HostTensor(count: 3)
        scale = try HostTensor(count: 1)
        key.values[0] = Int64(seed)
        compiled = try CompiledStep(TensorPair(model, state)) { state, inputs in
            let (features, targets, rows) = (inputs[0], inputs[1], inputs[2])
            let x = Dataset.inputs(features.gathered(at: rows), scale: inputs[3])
            let y = targets.gathered(at: rows)
            let scope = StepScope.training(key: RandomKey(inputs[5])) {
                valueAndGradient(at: state.first) { model in loss(model(x), y) }
            }
            let (value, gradient) = scope.result
            var model = scope.reports.applied(to: state.first)
            model = optimizer.updated(
                model, gradient: gradient, state: &state.second, scalars: inputs[4])
            state.first = model
            return [value.cast(to: .float32)]
        }
    }

    package var model: Model { compiled.state.first }

    package func restore(_ model: Model) throws {
        try compiled.restore(TensorPair(model, compiled.state.second))
    }

    package var plan: (any Plan)? { compiled.plan }

    /// Takes one step on some rows and returns the loss before the update.
    package func run(_ data: Dataset, _ batch: ArraySlice<Int32>) throws -> Double {
        let rows = try rowTensor(batch)
        count += 1
        for (index, value) in optimizer.scalars(step: count).enumerated() {
            scalars.values[index] = Float(value)
        }
        scale.values[0] = Float(data.featureScale)
        key.values[2] = Int64(count)
        try compiled.run([
            data.features, data.targets, rows.tensor, scale.tensor, scalars.tensor, key.tensor,
        ])
        let value = Double(compiled.scalar(0))
        guard value.isFinite else {
            throw KalsaeError(
                "training", expected: "a finite loss", got: "\(value) at step \(count)",
                advice: "use a smaller learning rate, or look for wrong numbers in the data")
        }
        return value
    }

    private func rowTensor(_ batch: ArraySlice<Int32>) throws -> HostTensor<Int32> {
        if let rows, rows.count == batch.count {
            rows.write(batch)
            return rows
        }
        let new = try HostTensor<Int32>(count: batch.count)
        new.write(batch)
        rows = new
        return new
    }
}
