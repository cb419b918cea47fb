import ArgumentParser
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the layers of a network, their shapes and parameters.",
        discussion: """
            Examples:
              kalsae summary iris.safetensors
              kalsae summary 784-50-10
            """)

    @Argument(help: "A model file, or layer sizes as in 784-50-10.")
    var network: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let model: Sequential
        if let sizes = try? NetworkSizes(network) {
            let input: Shape = [sizes.sizes[0]]
            model = try Sequential(sizes.layers(input: input, activation: .relu), input: input)
        } else {
            model = try ModelFile(path: network).model
        }
        let rows = model.summary
        if common.json {
            let layers = rows.map { row -> JSONValue in
                [
                    "name": .string(row.name),
                    "output": .array(row.output.map { .integer($0) }),
                    "parameters": .integer(row.parameters),
                ]
            }
            let report: JSONValue = [
                "layers": .array(layers), "parameters": .integer(model.parameterCount),
            ]
            return try Console.print(report)
        }
        let names = max(rows.map(\.name.count).max() ?? 0, 5)
        let shapes = max(rows.map { Shape($0.output).description.count }.max() ?? 0, 6)
        try Console.print(line("layer", "output", "parameters", names, shapes))
        for row in rows {
            let shape = Shape(row.output).description
            try Console.print(line(row.name, shape, "\(row.parameters)", names, shapes))
        }
        try Console.print(line("total", "", "\(model.parameterCount)", names, shapes))
    }

    private func line(
        _ name: String, _ shape: String, _ count: String, _ names: Int, _ shapes: Int
    ) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(width - text.count, 0))
        }
        let space = String(repeating: " ", count: max(10 - count.count, 0))
        return "\(padded(name, names))  \(padded(shape, shapes))  \(space)\(count)"
    }
}
