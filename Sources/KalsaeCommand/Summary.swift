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
