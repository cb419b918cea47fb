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

            Examples:
              kalsae evaluate titanic.safetensors titanic.csv --json
              kalsae evaluate titanic.safetensors titanic.csv --importance --dependence age
            """)

    @Argument(help: "A model file that `kalsae train` wrote.")
    var model: String

    @Argument(help: "A CSV file with the model's columns, or a named set.")
    var data: String

    @Flag(help: "How much worse predictions get where a column's cells are shuffled, by column.")
    var importance = false

    @Option(
        help: """
            A column: the mean prediction over its cells, all else as it is; may be given more than \
            once.
            """)
    var dependence: [String] = []

    @Option(help: "The level of the intervals around predicted numbers; .9 by default.")
    var interval: Double?

    @Option(help: "How often each column is shuffled for --importance.")
    var repeats = 5

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        let predictor = try Predictor(path: model)
        let (report, rows) = try await predictor.evaluate(data, level: interval)
        let isAsked = importance || !dependence.isEmpty
        let effects = isAsked ? try predictor.effects(of: data) : nil
        let columns = importance ? try effects?.importance(repeats: repeats) : nil
        let tables = try dependence.compactMap { try effects?.dependence(on: $0) }
        let metric = report.values == nil ? "logLoss" : "rmse"
        if common.json {
            var members = (report.json.members ?? []) + [JSONValue.Member("rows", .integer(rows))]
            if let columns {
                members.append(
                    JSONValue.Member(
                        "importance",
                        ["metric": .string(metric), "columns": .array(columns.map(\.json))]))
            }
            if !tables.isEmpty {
                members.append(JSONValue.Member("dependence", .array(tables.map(\.json))))
            }
            return try Console.print(JSONValue.object(members))
        }
        for line in report.lines("\(rows) rows") { try Console.print(line) }
        for notice in report.notices { Notice.say(notice) }
        let lists = [columns?.lines(metric) ?? []] + tables.map(\.lines)
        for line in lists.joined() { try Console.print(line) }
    }
}
