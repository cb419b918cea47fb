import ArgumentParser
import KalsaeFiles
import KalsaeLessons
import KalsaeSupport

struct LessonVerb: AsyncParsableCommand, ComputingCommand {
    /// The verb's name up to version 0.1, which still works.
    private static let oldName = "experiment"

    static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "Run a lesson of the lectures and check its numbers.",
        discussion: """
            Without a name it lists the lessons. The exit code is 0 only if every number comes \
            out. Those on data look for the files in $KALSAE_DATA.

            Examples:
              kalsae lesson backprop
              kalsae lesson batch-norm --json
            """,
        aliases: [oldName])

    @Argument(help: "\(Lesson.names).")
    var name: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        if CommandLine.arguments.dropFirst().first == Self.oldName {
            Notice.say("`kalsae \(Self.oldName)` is now `kalsae lesson`")
        }
        guard let name else { return try list() }
        let lesson = try Lesson(named: name)
        let report = try await lesson.run()
        if common.json {
            try Console.print(report.json)
        } else {
            try Console.print(report.text)
        }
        guard report.passed else { throw ExitCode(1) }
    }

    private func list() throws {
        let all = Lesson.allCases
        if common.json {
            let entries = all.map { lesson -> JSONValue in
                [
                    "name": .string(lesson.rawValue), "shows": .string(lesson.summary),
                    "needs": lesson.data.map { .string($0) } ?? .null,
                    "minutes": .bool(lesson.takesMinutes),
                ]
            }
            return try Console.print(["lessons": .array(entries)] as JSONValue)
        }
        let width = all.map(\.rawValue.count).max() ?? 0
        for lesson in all {
            let space = String(repeating: " ", count: width - lesson.rawValue.count)
            try Console.print("\(lesson.rawValue)\(space)  \(lesson.summary)")
        }
    }
}
