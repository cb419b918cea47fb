import ArgumentParser
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the layers of a network, their shapes and parameters, and its memory.",
        discussion: """
            Examples:
              kalsae summary iris.safetensors
              kalsae summary 784-50-10
              kalsae summary deep-convnet --batch 100

            Memory for training is parameters, what the optimizer remembers, a batch, and the peak
            of activations and gradients in the compiled step.
            """)

    @Argument(
        help: "A model file, layer sizes as in 784-50-10, \(NetworkPreset.names), or a .json file.")
    var network: String

    @Option(help: "The sizes of one input, as in 28,28,1; for presets and .json files.")
    var input = "28,28,1"

    @Option(help: "Rows per step, for the memory.")
    var batch = 32

    @Option(help: "The optimizer, for the memory: \(Recipe.OptimizerName.names).")
    var optimizer: Recipe.OptimizerName = .adam

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let model = try model()
        let rows = model.summary
        let memory = try model.trainingMemory(
            batch: batch, optimizer: optimizer.make(learningRate: optimizer.defaultRate))
        let operations = rows.reduce(0) { $0 + $1.operations }
        if common.json {
            let layers = rows.map { row -> JSONValue in
                [
                    "name": .string(row.name),
                    "output": .array(row.output.map { .integer($0) }),
                    "parameters": .integer(row.parameters),
                    "operations": .integer(row.operations),
                ]
            }
            let report: JSONValue = [
                "layers": .array(layers), "parameters": .integer(model.parameterCount),
                "operations": .integer(operations),
                "memory": [
                    "batch_size": .integer(batch), "model": .integer(memory.model),
                    "optimizer": .integer(memory.optimizer), "batch": .integer(memory.batch),
                    "arena": .integer(memory.arena), "total": .integer(memory.total),
                ],
            ]
            return try Console.print(report)
        }
        let names = max(rows.map(\.name.count).max() ?? 0, 5)
        let shapes = max(rows.map { Shape($0.output).description.count }.max() ?? 0, 6)
        try Console.print(line("layer", "output", ["parameters", "operations"], names, shapes))
        for row in rows {
            let shape = Shape(row.output).description
            let numbers = ["\(row.parameters)", "\(row.operations)"]
            try Console.print(line(row.name, shape, numbers, names, shapes))
        }
        let totals = ["\(model.parameterCount)", "\(operations)"]
        try Console.print(line("total", "", totals, names, shapes))
        let parts = [
            ("model", memory.model), (optimizer.rawValue, memory.optimizer),
            ("batch of \(batch)", memory.batch), ("activations and gradients", memory.arena),
        ]
        let text = parts.map { "\($0) \(Self.size($1))" }.joined(separator: ", ")
        try Console.print("memory for training: \(Self.size(memory.total)) (\(text))")
    }

    private func model() throws -> Sequential {
        let source: NetworkSource
        if let preset = NetworkPreset(rawValue: network) {
            source = .preset(preset)
        } else if let sizes = try? NetworkSizes(network) {
            let input: Shape = [sizes.sizes[0]]
            return try Sequential(sizes.layers(input: input, activation: .relu), input: input)
        } else if network.hasSuffix(".json") {
            source = try NetworkSource(network)
        } else {
            return try ModelFile(path: network).model
        }
        let parts = input.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count, sizes.allSatisfy({ $0 > 0 }) else {
            throw KalsaeError("--input", expected: "sizes as in 28,28,1", got: input)
        }
        let shape = Shape(sizes)
        let specs = source.layers(input: shape, outputs: 10, activation: .relu)
        return try Sequential(specs, input: shape)
    }

    /// Bytes in the largest unit that leaves a whole number.
    private static func size(_ bytes: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (number, unit) = (Double(bytes), 0)
        while number >= 1000, unit < units.count - 1 { (number, unit) = (number / 1000, unit + 1) }
        return "\(Progress.fixed(number, digits: unit == 0 ? 0 : 2)) \(units[unit])"
    }

    private func line(
        _ name: String, _ shape: String, _ counts: [String], _ names: Int, _ shapes: Int
    ) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(width - text.count, 0))
        }
        let columns = counts.map { String(repeating: " ", count: max(12 - $0.count, 1)) + $0 }
        return "\(padded(name, names))  \(padded(shape, shapes))\(columns.joined())"
    }
}
