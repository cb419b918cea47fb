import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

/// What a user named to be profiled, or compared between devices.
struct StepRequest: Sendable {
    var name: String
    var target: String?
    var isSet: Bool
    var batch: Int?
    /// For sets: the network instead of the one that suits the data.
    var network: String?
    /// The sizes of one input, for presets and files with layers.
    var input: Shape

    /// - Parameter input: the sizes of one input, as in `28,28,1`.
    init(
        name: String, target: String? = nil, isSet: Bool = false, batch: Int? = nil,
        network: String? = nil, input: String
    ) throws(KalsaeError) {
        if let batch, !(1...1_000_000).contains(batch) {
            throw KalsaeError("--batch", expected: "a number from 1 to 1000000", got: "\(batch)")
        }
        let sizes = input.split(separator: ",").map { Int($0) ?? 0 }
        guard !sizes.isEmpty, sizes.allSatisfy({ $0 > 0 }) else {
            throw KalsaeError("--input", expected: "sizes as in 28,28,1", got: "\"\(input)\"")
        }
        (self.name, self.target, self.isSet) = (name, target, isSet)
        (self.batch, self.network, self.input) = (batch, network, Shape(sizes))
    }

    /// A training step that can be run again and again.
    struct Step {
        var rows: Int
        var run: () throws -> Double
        var plan: () -> (any Plan)?
        /// The graph of the next step.
        var graph: () throws -> StepGraph
    }

    /// Makes the step; nothing is traced before its first run.
    func make() throws -> Step {
        if !isSet, target == nil, network == nil, let net = BenchmarkNetwork(rawValue: name) {
            guard batch == nil || batch == net.batch else {
                throw KalsaeError(
                    "--batch", expected: "\(net.batch), as \(name) has it", got: "\(batch ?? 0)")
            }
            let step = try BenchmarkStep(net)
            return Step(
                rows: net.batch, run: step.run, plan: { step.plan }, graph: step.graph)
        }
        if name.hasSuffix(".safetensors") { return try step(of: ModelFile(path: name).model) }
        if let sizes = try? NetworkSizes(name), sizes.sizes.count > 1 {
            return try step(of: .sizes(sizes), input: [sizes.sizes[0]])
        }
        if NetworkPreset(rawValue: name) != nil || name.hasSuffix(".json") {
            return try step(of: NetworkSource(name), input: input)
        }
        return try step(of: Source(name, target: target, seed: 0).parts)
    }

    private func step(of source: NetworkSource, input: Shape) throws -> Step {
        let specs = source.layers(input: input, outputs: 10, activation: .relu)
        return try step(of: withSeed(0) { try Sequential(specs, input: input) })
    }

    /// A step on random numbers: class numbers as targets, or values where there is one output.
    private func step(of model: Sequential) throws -> Step {
        guard let input = model.inputShape, let specs = model.spec else {
            throw KalsaeError(name, expected: "a network built from layers", got: "another")
        }
        let rows = batch ?? 100
        let vocabulary = (specs.first?.settings as? Embedding.Settings)?.vocabulary
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
        return Step(
            rows: rows, run: { try step.run(x, y) }, plan: { step.plan },
            graph: { try step.graph(for: [x, y]) })
    }

    /// The step that `kalsae train` takes on data.
    private func step(of parts: DataParts) throws -> Step {
        var recipe = Recipe(for: parts)
        if let batch { recipe.batch = batch }
        if let network { recipe.network = try NetworkSource(network) }
        let model = try TrainingRun(recipe, data: parts).model
        let data = try Dataset(parts.train)
        let step = try TrainingStep(
            model, loss: parts.train.targets.loss, optimizer: try recipe.makeOptimizer(), seed: 0)
        let rows = min(recipe.batch, data.count)
        let resident = ResidentRows(data)
        var order = (0..<Int32(data.count)).map { $0 }
        var random = Philox(seed: 0, stream: 0)
        random.shuffle(&order)
        var start = 0
        return Step(
            rows: rows,
            run: {
                if start + rows > order.count { start = 0 }
                defer { start += rows }
                return try step.run(Batch(resident, rows: order[start..<(start + rows)]))
            }, plan: { step.plan },
            graph: { try step.graph(for: Batch(resident, rows: order[..<rows])) })
    }
}
