import ArgumentParser
import KalsaeFiles
import KalsaeSearch
import KalsaeSupport

struct SearchShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a study: its trials, the best, what matters.",
        discussion: """
            Example:
              kalsae search show iris --all
            """)

    @OptionGroup var argument: StudyArgument

    @Flag(help: "All trials by number, instead of the ten best.")
    var all = false

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let result = try argument.open()
        let shown = all ? result.own : Array(result.ranked.prefix(10))
        if json {
            let list = JSONValue.array(result.own.map { result.json($0) })
            return try Console.print(
                .object(result.members + [JSONValue.Member("all", list)]))
        }
        let space = result.study.space
        for line in SearchText.table(shown, result.plan.objectives, space) {
            try Console.print(line)
        }
        try result.print(json: false)
    }
}

struct SearchList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the studies of a folder.")

    @OptionGroup var location: StudyLocation

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let studies = try location.studies(for: .reading)
        var table = TextTable("study", "trials", "complete", "best", "objective")
        var list: [JSONValue] = []
        for name in try studies.studyNames() {
            var argument = StudyArgument()
            (argument.study, argument.location) = (name, location)
            // One of another program is named all the same.
            guard let result = try? argument.open() else {
                table.add(name, "-", "-", "-", "of a program of its own")
                list.append(["study": .string(name)])
                continue
            }
            list.append(.object(result.members))
            let complete = result.own.count { $0.state == .complete }
            let value = result.best?.values.first.map { RunText.number($0) } ?? "-"
            let objective = result.plan.objectives.map(\.name).joined(separator: ", ")
            table.add(name, "\(result.own.count)", "\(complete)", value, objective)
        }
        if json { return try Console.print(["studies": .array(list)] as JSONValue) }
        if list.isEmpty {
            let store = (studies as? PostgresStudies)?.name ?? location.runs.folder
            return Console.tell("no studies are in \(store)")
        }
        for line in table.lines { try Console.print(line) }
    }
}
