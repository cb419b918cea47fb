import FoundationEssentials
import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

extension TrainingRun {
    /// Looks at the network of a state on rows of the data; nothing is trained.
    ///
    /// - Parameters:
    ///   - state: a state of a run of this recipe.
    ///   - rows: the most rows for outputs and gradients.
    /// - Throws: a `KalsaeError` where the state is that of another network.
    public func checkup(_ state: TrainingState, rows: Int = 512) throws -> ModelCheckup {
        let network = try state.model.restored(into: model, subject: "state: model")
        let count = min(rows, data.train.count)
        let sample = (0..<count).map { $0 * data.train.count / max(count, 1) }
        let set = try Dataset(data.train.rows(sample))
        let numbers = Tensor((0..<count).map(Int32.init))
        let (x, y) = (try set.inputs(at: numbers).evaluate(), set.targets)
        var checkup = ModelCheckup(
            rows: count,
            learningRate: state.progress.learningRate * (state.progress.fit?.rateScale ?? 1))
        if case .classes(_, let names) = data.train.targets { checkup.classes = names.count }
        checkup.outputs = try outputs(of: network, x)
        checkup.parameters = try parameters(
            of: network, x, y, state, learningRate: checkup.learningRate)
        try findOddRows(network, &checkup)
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
        of network: Sequential, _ x: Tensor, _ y: Tensor, _ state: TrainingState,
        learningRate: Double
    ) throws -> [ModelCheckup.Parameter] {
        let loss = data.train.targets.loss
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

    /// The most rows of a part whose labels are looked at.
    private static let mostLabels = 10_000

    private func findOddRows(_ network: Sequential, _ checkup: inout ModelCheckup) throws {
        for (part, rows) in [("validation", data.validation), ("train", data.train)] {
            guard case .classes(let labels, let names) = rows.targets, rows.count > 0 else {
                continue
            }
            let count = min(rows.count, Self.mostLabels)
            let set = try Dataset(rows.rows(Array(0..<count)))
            checkup.examined += count
            for start in stride(from: 0, to: count, by: 1000) {
                let end = min(start + 1000, count)
                let x = set.inputs(at: Tensor((start..<end).map(Int32.init)))
                let table = try network(x).softmax().values(Float.self)
                for row in start..<end {
                    let first = (row - start) * names.count
                    let own = table[first..<(first + names.count)]
                    guard let best = own.indices.max(by: { own[$0] < own[$1] }),
                        own[best] >= 0.95, own[first + Int(labels[row])] <= 0.02
                    else { continue }
                    checkup.oddRows.append(
                        ModelCheckup.OddRow(
                            part: part, row: row, label: names[Int(labels[row])],
                            prediction: names[best - first], probability: Double(own[best])))
                }
            }
        }
        checkup.oddRows.sort { $0.probability > $1.probability }
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
