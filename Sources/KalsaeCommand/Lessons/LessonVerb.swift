import ArgumentParser
import Glibc
import KalsaeFiles
import KalsaeLessons
import KalsaePlots
import KalsaeSupport

struct LessonVerb: AsyncParsableCommand, ComputingCommand {
    /// The verb's name up to version 0.1, which still works.
    private static let oldName = "experiment"

    static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "Read a lesson of the lectures, run it and check its numbers.",
        discussion: """
            Without a name it lists the lessons. The exit code is 0 only if every number comes \
            out; with --set they are shown but not demanded. Those on data look for the files in \
            $KALSAE_DATA. The language is that of the locale, Korean or English.

            Examples:
              kalsae lesson backprop
              kalsae lesson optimizers-2d --html optimizers.html --language ko
              kalsae lesson xor --set hidden=1 --svg figures
              kalsae lesson perceptron --answer 1,-1,-0.5
              kalsae lesson --list --json
            """,
        aliases: [oldName])

    @Argument(help: "\(Lesson.names).", completion: NameCompletion.lessons)
    var name: String?

    @Flag(help: "List the lessons with their titles.")
    var list = false

    @Option(help: "The language, ko or en; without it, that of LC_ALL, LC_MESSAGES or LANG.")
    var language: LessonLanguage?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A knob of the lesson, as in rate=0.5; may be given more than once.",
            valueName: "name=value"))
    var knobs: [String] = []

    @Option(
        help: ArgumentHelp(
            "Numbers with commas between them, an answer to the exercise; only that is checked.",
            valueName: "numbers"))
    var answer: String?

    @Flag(help: "Cut a long lesson short: one seed, few steps, the same code.")
    var short = false

    @Option(
        help: ArgumentHelp("Write the lesson as one page into this file.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?

    @Option(
        help: ArgumentHelp(
            "Write the lesson's figures into this folder, as NAME.svg.", valueName: "dir"),
        completion: .directory)
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "Write the lesson's figures into this folder, as NAME.png.", valueName: "dir"),
        completion: .directory)
    var png: String?

    @Flag(help: "Light lines on a dark ground, in figures that are files.")
    var dark = false

    @Flag(help: "Replace files that are there.")
    var overwrite = false

    /// What the live page shows, as one object: whoever asks is `kalsae serve`.
    @Flag(help: .hidden)
    var page = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        if CommandLine.arguments.dropFirst().first == Self.oldName {
            Notice.say("`kalsae \(Self.oldName)` is now `kalsae lesson`")
        }
        let language = language ?? LessonLanguage(environment: Self.environment)
        guard !list, let name else {
            return try LessonList(language: language).print(json: common.json)
        }
        let lesson = try Lesson(named: name)
        let knobs = try values()
        if let answer { return try await check(answer, of: lesson, language) }
        try checkFiles()
        let report = try await carryOut(lesson, language, knobs)
        try writeFiles(lesson, report, language)
        if page {
            let theme: Theme = dark ? .dark : .light
            return try Console.print(
                LessonPageAnswer(
                    lesson: lesson, report: report, language: language, theme: theme
                ).json)
        }
        if common.json {
            try Console.print(report.json)
        } else if Console.isQuiet {
            try Console.print(lines: report.text)
        } else {
            try Console.write(try LessonText(lesson, report, language).text)
        }
        guard report.passed || !report.isDemanded else { throw ExitCode(1) }
    }

    private static var environment: [String: String] {
        var found: [String: String] = [:]
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            found[name] = getenv(name).map { String(cString: $0) }
        }
        return found
    }

    private func carryOut(
        _ lesson: Lesson, _ language: LessonLanguage, _ knobs: [String: Double]
    ) async throws -> LectureReport {
        let progress = LessonProgress(lesson.rawValue)
        defer { progress.end() }
        let settings = LessonSettings(
            language: language, knobs: knobs, isShort: isShort(lesson),
            progress: { progress.show($0, of: $1) })
        return try await lesson.run(settings)
    }

    /// Whether the lesson is cut short: for the page where it takes minutes only.
    private func isShort(_ lesson: Lesson) -> Bool { short && (!page || lesson.takesMinutes) }

    /// The knobs as numbers.
    private func values() throws -> [String: Double] {
        var values: [String: Double] = [:]
        for knob in knobs {
            let parts = knob.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]), value.isFinite else {
                throw KalsaeError("--set", expected: "as rate=0.5", got: "\"\(knob)\"")
            }
            guard values.updateValue(value, forKey: String(parts[0])) == nil else {
                throw KalsaeError(
                    "--set", expected: "each knob once", got: "\(parts[0]) more than once")
            }
        }
        return values
    }

    private func check(
        _ answer: String, of lesson: Lesson, _ language: LessonLanguage
    ) async throws {
        let numbers = try answer.split(separator: ",").map { part throws(KalsaeError) in
            let text = part.drop { $0 == " " }
            guard let number = Double(text) else {
                throw KalsaeError(
                    "--answer", expected: "numbers with commas between them", got: "\"\(answer)\"")
            }
            return number
        }
        let verdicts = try await lesson.check(answer: numbers)
        if page {
            return try Console.print(["verdict": .array(verdicts.map { .bool($0) })] as JSONValue)
        }
        let isRight = verdicts.allSatisfy { $0 }
        let words = LessonWords(language)
        if common.json {
            try Console.print(
                [
                    "lesson": .string(lesson.rawValue), "right": .bool(isRight),
                    "numbers": .array(verdicts.map { .bool($0) }),
                ] as JSONValue)
        } else {
            for (part, verdict) in zip(numbers, verdicts) where verdicts.count > 1 {
                try Console.print("\(verdict ? "✓" : "✗") \(LessonNumber.short(part))")
            }
            try Console.print(isRight ? words.right : words.wrong)
        }
        guard isRight else { throw ExitCode(1) }
    }
}

extension TextLanguage: ExpressibleByArgument {}
