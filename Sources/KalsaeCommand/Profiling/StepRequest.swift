import FoundationEssentials
import KalsaeBackend
import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// What a user named to be profiled.
struct StepRequest: Sendable {
    var name: String
    var target: String?
    var isSet = false
    var batch: Int?

    /// A training step that can be run again and again.
    struct Step {
        var rows: Int
        var run: () throws -> Double
        var plan: () -> (any Plan)?
    }

    /// A network as JSON: the shape of one input, and layers as in model files.
    private struct NetworkFile: Decodable {
        var input: [Int]
        var layers: [LayerSpec]
    }

    /// Makes the step; nothing is traced before its first run.
    func make() throws -> Step {
        if !isSet, target == nil, let net = Yardstick(rawValue: name) {
            guard batch == nil || batch == net.batch else {
                throw KalsaeError(
                    "--batch", expected: "\(net.batch), as \(name) has it", got: "\(batch ?? 0)")
            }
            let step = try YardstickStep(net)
            return Step(rows: net.batch, run: step.run, plan: { step.plan })
        }
        if name.hasSuffix(".json") { return try step(of: networkFile()) }
        if name.hasSuffix(".safetensors") { return try step(of: ModelFile(path: name).model) }
        if let sizes = try? NetworkSizes(name) {
            let input: Shape = [sizes.sizes[0]]
            return try step(
                of: Sequential(sizes.layers(input: input, activation: .relu), input: input))
        }
        return try step(of: Source(name, target: target, seed: 0).parts)
    }

    private func networkFile() throws -> Sequential {
        let bytes = try FileBytes.read(name, limit: 1 << 26)
        let file: NetworkFile
        do {
            file = try JSONDecoder().decode(NetworkFile.self, from: Data(bytes))
        } catch let error as KalsaeError {
            throw error
        } catch {
            throw KalsaeError(
                name, expected: "{\"input\": [sizes], \"layers\": [layers]}", got: "\(error)")
        }
        return try withSeed(0) { try Sequential(file.layers, input: Shape(file.input)) }
    }

    /// A step on random numbers: class numbers as targets, or values where there is one output.
    private func step(of model: Sequential) throws -> Step {
        guard let input = model.inputShape, let specs = model.spec else {
            throw KalsaeError(name, expected: "a network built from layers", got: "another")
        }
        let rows = batch ?? 100
        var vocabulary: Int?
        if case .layer(let settings) = specs.first {
            vocabulary = (settings.value as? Embedding.Settings)?.vocabulary
        }
        let x = RandomBatch.inputs(Shape([rows] + input.sizes), vocabulary)
        let output = model(x).shape
        let (y, loss): (Tensor, Loss)
        if let classes = output.last, classes > 1 {
            y = RandomBatch.classes(Shape(output.dropLast()), classes)
            loss = .softmaxCrossEntropy
        } else {
            y = RandomBatch.inputs(output, nil)
            loss = .meanSquaredError
        }
        try Tensor.evaluate([x, y])
        let step = try BatchStep(model, loss: loss, optimizer: Adam(), seed: 0)
        return Step(rows: rows, run: { try step.run(x, y) }, plan: { step.plan })
    }

    /// The step that `kalsae train` takes on data.
    private func step(of parts: DataParts) throws -> Step {
        var recipe = Recipe(for: parts)
        if let batch { recipe.batch = batch }
        let input = Shape(parts.train.featureShape)
        let specs = recipe.network.layers(
            input: input, outputs: parts.train.targets.outputCount, activation: recipe.activation)
        let model = try withSeed(0) { try Sequential(specs, input: input) }
        let data = try Dataset(parts.train)
        let step = try TrainingStep(
            model, loss: parts.train.targets.loss, optimizer: recipe.makeOptimizer(), seed: 0)
        let rows = min(recipe.batch, data.count)
        var order = (0..<Int32(data.count)).map { $0 }
        var random = Philox(seed: 0, stream: 0)
        random.shuffle(&order)
        var place = 0
        return Step(
            rows: rows,
            run: {
                if place + rows > order.count { place = 0 }
                defer { place += rows }
                return try step.run(data, order[place..<(place + rows)])
            }, plan: { step.plan })
    }
}
