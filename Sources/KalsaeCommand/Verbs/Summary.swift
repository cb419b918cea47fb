import ArgumentParser
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct Summary: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the layers of a network, their shapes and parameters, and its memory.",
        discussion: """
            Examples:
              kalsae summary iris.safetensors
              kalsae summary 784-50-10
              kalsae summary deep-convnet --batch 100

            Memory for training is parameters, what the optimizer remembers, a batch, the peak of \
            activations and gradients in the compiled step, and copies that a training keeps: the \
            weights of its best epoch, and a step to go back to, which is also what is written as a \
            checkpoint. What measures 1,000 rows is given back where memory is short. Data come on top.
            """)

    @Argument(
        help: "A model file, layer sizes as in 784-50-10, \(NetworkPreset.names), or a .json file.",
        completion: .file())
    var network: String

    @Option(
        help: """
            The sizes of one input, for presets and .json files: 28,28,1 by default, for a text a window \
            of 64 tokens.
            """)
    var input: String?

    @Option(
        help: """
            The outputs, for presets: 10 classes by default, for a text 65 tokens, the characters of \
            tiny-shakespeare.
            """)
    var outputs: Int?

    @Option(help: "Rows per step, for the memory.")
    var batch = 32

    @Option(help: "The optimizer, for the memory.")
    var optimizer: Recipe.OptimizerName = .adam

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let model = try model()
        let rows = model.summary
        let memory = try model.trainingMemory(
            batch: batch, optimizer: optimizer.make(learningRate: optimizer.defaultRate))
        if common.json {
            let report: JSONValue = [
                "layers": Self.layers(rows), "parameters": .integer(model.parameterCount),
                "operations": .integer(rows.operations),
                "memory": [
                    "batch_size": .integer(batch), "model": .integer(memory.model),
                    "optimizer": .integer(memory.optimizer), "batch": .integer(memory.batch),
                    "arena": .integer(memory.arena), "best": .integer(memory.best),
                    "boundary": .integer(memory.boundary),
                    "measuring": .integer(memory.measuring), "total": .integer(memory.total),
                ],
            ]
            return try Console.print(report)
        }
        try Console.print(lines: rows.description)
        let parts = [
            ("model", memory.model), (optimizer.rawValue, memory.optimizer),
            ("batch of \(batch)", memory.batch), ("activations and gradients", memory.arena),
            ("the best epoch's weights", memory.best), ("a step to go back to", memory.boundary),
            ("measuring", memory.measuring),
        ]
        let text = parts.map { "\($0) \(Self.size($1))" }.joined(separator: ", ")
        try Console.print("memory for training: \(Self.size(memory.total)) (\(text))")
    }

    private static func layers(_ summary: Sequential.Summary) -> JSONValue {
        .array(
            summary.map { row in
                var members: [JSONValue.Member] = [
                    .init("name", .string(row.name)),
                    .init("output", .array(row.output.map { .integer($0) })),
                    .init("parameters", .integer(row.parameters)),
                    .init("operations", .integer(row.operations)),
                ]
                if !row.groups.isEmpty {
                    let groups = row.groups.map { group -> JSONValue in
                        ["count": .integer(group.count), "layers": layers(group.network)]
                    }
                    members.append(.init("networks", .array(groups)))
                }
                return .object(members)
            })
    }

    /// Throws for options that a network has no use for: sizes and files know their own.
    private func refuseSizes() throws(KalsaeError) {
        let given = [("--input", input), ("--outputs", outputs.map { "\($0)" })]
        guard let (name, _) = given.first(where: { $0.1 != nil }) else { return }
        throw KalsaeError(
            name, expected: "a preset or a .json file to go with", got: network,
            advice: "leave it out")
    }

    private func model() throws -> Sequential {
        let source: NetworkSource
        var (standard, count) = ("28,28,1", 10)
        if let preset = NetworkPreset(rawValue: network) {
            source = .preset(preset)
            if preset.isOfText { (standard, count) = ("64", 65) }
        } else if let sizes = try? NetworkSizes(network), sizes.sizes.count > 1 {
            try refuseSizes()
            let input: Shape = [sizes.sizes[0]]
            return try Sequential(sizes.layers(input: input, activation: .relu), input: input)
        } else if network.hasSuffix(".json") {
            source = try NetworkSource(network)
        } else {
            if network.wholeMatch(of: /[0-9]+-.*/) != nil, !FileIdentity.isRegular(network) {
                throw KalsaeError(
                    "kalsae summary", expected: "a model file, or sizes as in 784-50-10",
                    got: network)
            }
            try ModelArgument.check(network, verb: "summary")
            try refuseSizes()
            return try ModelFile(path: network).model
        }
        let input = input ?? standard
        let parts = input.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count, sizes.allSatisfy({ $0 > 0 }) else {
            throw KalsaeError("--input", expected: "sizes as in 28,28,1", got: input)
        }
        count = outputs ?? count
        guard count > 0 else {
            throw KalsaeError("--outputs", expected: "a whole number above 0", got: "\(count)")
        }
        let shape = Shape(sizes)
        let specs = source.layers(input: shape, outputs: count, activation: .relu)
        return try Sequential(specs, input: shape)
    }

    /// Bytes in the largest unit that leaves a whole number.
    private static func size(_ bytes: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (number, unit) = (Double(bytes), 0)
        while number >= 1000, unit < units.count - 1 { (number, unit) = (number / 1000, unit + 1) }
        return "\(Progress.fixed(number, digits: unit == 0 ? 0 : 2)) \(units[unit])"
    }
}
