import ArgumentParser
import KalsaeFiles
import KalsaeLessons
import KalsaeSupport

struct ExperimentVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Carry out an experiment of the lectures and check its numbers.",
        discussion: """
            Without a name it lists the experiments. The exit code is 0 only if every number comes
            out. Those on data look for the files in $KALSAE_DATA.

            Examples:
              kalsae experiment backprop
              kalsae experiment batch-norm --json
            """)

    @Argument(help: "\(LectureExperiment.names).")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        guard let name else { return try list() }
        let experiment = try LectureExperiment(named: name)
        let report = try await experiment.run()
        if common.json {
            try Console.print(report.json)
        } else {
            try Console.print(report.text)
        }
        guard report.passed else { throw ExitCode(1) }
    }

    private func list() throws {
        let all = LectureExperiment.allCases
        if common.json {
            let entries = all.map { experiment -> JSONValue in
                [
                    "name": .string(experiment.rawValue), "shows": .string(experiment.summary),
                    "needs": experiment.data.map { .string($0) } ?? .null,
                    "minutes": .bool(experiment.takesMinutes),
                ]
            }
            return try Console.print(["experiments": .array(entries)] as JSONValue)
        }
        let width = all.map(\.rawValue.count).max() ?? 0
        for experiment in all {
            let space = String(repeating: " ", count: width - experiment.rawValue.count)
            try Console.print("\(experiment.rawValue)\(space)  \(experiment.summary)")
        }
    }
}
