import ArgumentParser
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a trained network on data.",
        discussion: """
            On a CSV file all rows are measured; on a named set, the rows that took no part in
            training.

            Example:
              kalsae evaluate titanic.safetensors titanic.csv --json
            """)

    @Argument(help: "A model file that `kalsae train` wrote.")
    var model: String

    @Argument(help: "A CSV file with the model's columns, or a named set.")
    var data: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        let predictor = try Predictor(path: model)
        let (report, rows) = try await predictor.evaluate(data)
        if common.json {
            let members = (report.json.members ?? []) + [JSONValue.Member("rows", .integer(rows))]
            try Console.print(JSONValue.object(members))
        } else {
            try Console.print("\(report.text) on \(rows) rows")
        }
    }
}
