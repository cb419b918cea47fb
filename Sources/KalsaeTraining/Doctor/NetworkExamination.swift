import FoundationEssentials
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// What the network of a state does on some inputs, layer by layer and parameter by parameter.
struct NetworkExamination {
    let recipe: Recipe
    let loss: Loss
    /// The network before its training.
    let model: Sequential
    let state: TrainingState

    /// The network of the state; throws where that is of another one.
    func network() throws -> Sequential {
        try state.model.restored(into: model, subject: "state: model")
    }

    /// What it does on inputs and targets; nothing is trained.
    func checkup(_ x: Tensor, _ y: Tensor) throws -> ModelCheckup {
        let network = try network()
        var checkup = ModelCheckup(
            rows: x.shape.first ?? 0,
            learningRate: state.progress.learningRate * (state.progress.fit?.rateScale ?? 1))
        checkup.outputs = try outputs(of: network, x)
        checkup.parameters = try parameters(
            of: network, x, y, learningRate: checkup.learningRate)
        return checkup
    }

    private func outputs(of network: Sequential, _ x: Tensor) throws -> [ModelCheckup.Outputs] {
        var outputs: [ModelCheckup.Outputs] = []
        var x = x
        for (index, part) in network.layers.enumerated() {
            x = try part.layer(x).evaluate()
            guard let activation = Self.activation(network.spec?[index]) else { continue }
            let units = x.shape.last ?? 1
            let rows = try x.abs().reshaped(to: [-1, units]).max(axes: [0]).values(Float.self)
            let magnitude = x.abs()
            let beyond: Tensor? =
                switch activation {
                case "sigmoid": (x .< 0.01).cast(to: .float32) + (x .> 0.99).cast(to: .float32)
                case "tanh": (magnitude .> 0.99).cast(to: .float32)
                default: nil
                }
            outputs.append(
                ModelCheckup.Outputs(
                    layer: part.name, activation: activation, units: units,
                    dead: rows.count { $0 == 0 },
                    saturated: try beyond.map { Double(try $0.mean().item(Float.self)) } ?? 0))
        }
        return outputs
    }

    /// The activation that a layer ends with, by its specification.
    private static func activation(_ spec: LayerSpec?) -> String? {
        guard let spec, let bytes = try? JSONEncoder().encode(spec),
            let plain = try? JSONValue(parsing: [UInt8](bytes))
        else { return nil }
        let name = plain["activation"]?.string ?? plain["function"]?.string
        return name == "identity" || name == "linear" ? nil : name
    }

    private func parameters(
        of network: Sequential, _ x: Tensor, _ y: Tensor, learningRate: Double
    ) throws -> [ModelCheckup.Parameter] {
        var optimizer = try recipe.makeOptimizer()
        optimizer.learningRate = learningRate
        let memory = try state.optimizer.restored(
            into: OptimizerState(for: network, optimizer), of: network, subject: "state: optimizer")
        let step = try BatchStep(
            network, loss: loss, optimizer: optimizer, state: memory,
            count: state.progress.stepCount, seed: recipe.seed, extras: StepExtras(),
            prepare: { ($0[0], $0[1], nil) })
        let key = RandomKey(seed: recipe.seed, step: state.progress.stepCount + 1)
        let gradient = StepScope.training(key: key) {
            valueAndGradient(at: network) { loss($0(x), y) }
        }.result.gradient
        let gradients = try gradient.tensors.map { try $0.tensor.rootMeanSquare() }
        let before = network.tensors
        _ = try step.run(x, y)
        let after = step.model.tensors
        var parameters: [ModelCheckup.Parameter] = []
        for (index, (path, tensor)) in before.enumerated()
        where path.role == .parameter && optimizer.trains(path) {
            parameters.append(
                ModelCheckup.Parameter(
                    name: path.name, isWeight: tensor.rank > 1,
                    value: try tensor.rootMeanSquare(), gradient: gradients[index],
                    update: try (after[index].tensor - tensor).rootMeanSquare()))
        }
        return parameters
    }
}

extension Tensor {
    /// The root of the mean of all squares; 0 of no numbers.
    fileprivate func rootMeanSquare() throws -> Double {
        guard count > 0 else { return 0 }
        let float = cast(to: .float32)
        return Double(try (float * float).mean().sqrt().item(Float.self))
    }
}
