import ArgumentParser
import Glibc
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
              kalsae lesson grid-random --svg figures
            """,
        aliases: [oldName])

    @Argument(help: "\(Lesson.names).")
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Write the lesson's figures into this folder, as NAME.svg.", valueName: "dir"))
    var svg: String?

    @Flag(help: "Replace figures that are there.")
    var overwrite = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        if CommandLine.arguments.dropFirst().first == Self.oldName {
            Notice.say("`kalsae \(Self.oldName)` is now `kalsae lesson`")
        }
        guard let name else { return try list() }
        let lesson = try Lesson(named: name)
        let report = try await lesson.run()
        try writeFigures(report)
        if common.json {
            try Console.print(report.json)
        } else {
            try Console.print(lines: report.text)
        }
        guard report.passed else { throw ExitCode(1) }
    }

    /// Writes the figures where a folder is named, and else says that there are some.
    private func writeFigures(_ report: LectureReport) throws {
        guard let svg else {
            if !report.figures.isEmpty, !common.json, !common.quiet {
                Console.tell("--svg FOLDER writes the figures of this lesson")
            }
            return
        }
        guard mkdir(svg, 0o777) == 0 || errno == EEXIST else {
            throw KalsaeError(
                svg, expected: "a folder to write to", got: String(cString: strerror(errno)))
        }
        for (name, figure) in report.figures {
            let file = try FigureFile("\(svg)/\(name).svg", overwrite: overwrite)
            try file.write(figure, width: 760, height: 400)
        }
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
