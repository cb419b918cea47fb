import ArgumentParser
import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

struct RunsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what is known of a run.",
        discussion: """
            Examples:
              kalsae runs show last
              kalsae runs show iris-2 --json
            """)

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted = Store.last

    @Option(help: "The most events to show, the latest ones.")
    var limit = 10

    @OptionGroup var location: RunsOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        guard limit >= 0 else {
            throw KalsaeError("--limit", expected: "a whole number of at least 0", got: "\(limit)")
        }
        let store = try location.store(for: .reading)
        let run = try store.run(wanted)
        let metrics = try store.metrics(of: run)
        let (events, checkpoints) = (try store.events(of: run), try store.checkpoints(of: run))
        let (artifacts, commands) = (try store.artifacts(of: run), try store.commands(of: run))
        let foreign = try store.foreignModel(of: run)
        if json {
            let more: [(String, [JSONValue])] = [
                ("metrics", metrics.map(\.json)), ("events", events.map(\.json)),
                ("checkpoints", checkpoints.map(\.json)), ("artifacts", artifacts.map(\.json)),
                ("commands", commands.map(\.json)),
            ]
            var members = run.json.members ?? []
            members += more.map { JSONValue.Member($0.0, .array($0.1)) }
            members.append(
                JSONValue.Member("foreign_model", foreign.map { JSONValue.string($0) } ?? .null))
            return try Console.print(JSONValue.object(members))
        }
        for (title, text) in facts(of: run, events, foreign) where !text.isEmpty {
            try Console.print(RunText.cut("\(title): \(text)", to: RunText.width))
        }
        if !metrics.isEmpty {
            var table = TextTable("points", "last", "least", "greatest", "metric")
            for metric in metrics {
                table.add(
                    "\(metric.count)", RunText.number(metric.last.value),
                    metric.low.map { RunText.number($0.value) } ?? "-",
                    metric.high.map { RunText.number($0.value) } ?? "-",
                    RunText.cut(metric.name, to: 30))
            }
            for line in table.lines { try Console.print(RunText.cut(line, to: RunText.width)) }
        }
        let folder = store.folder(of: run)
        for checkpoint in checkpoints.filter({ access("\(folder)/\($0.path)", F_OK) == 0 })
            .suffix(limit)
        {
            let metric = checkpoint.metric.map { ", best so far \(RunText.number($0))" } ?? ""
            let mark = checkpoint.isBest ? ", best" : ""
            try tell("checkpoint at step \(checkpoint.step)\(metric)\(mark): \(checkpoint.path)")
        }
        for artifact in artifacts {
            try tell("\(artifact.kind) \(artifact.name): \(artifact.path)")
        }
        for event in events.suffix(limit) {
            let details = event.data.members?.isEmpty == true ? "" : " \(event.data.text)"
            let time = RunText.time(event.time)
            try tell("\(time) step \(event.step) \(event.kind) (\(event.author))\(details)")
        }
        for command in commands where command.state == .pending {
            try tell("waiting: \(command.verb) \(command.data.text)")
        }
    }

    private func tell(_ line: String) throws {
        try Console.print(RunText.cut(line, to: RunText.width))
    }

    private func facts(
        of run: Run, _ events: [RunEvent], _ foreign: String?
    ) -> [(String, String)] {
        let parent = run.parent.map { "\($0) at step \(run.parentStep ?? 0)" } ?? ""
        let ended = run.ended.map { ", ended \(RunText.time($0))" } ?? ""
        let commit = run.commit.isEmpty ? "" : ", commit \(run.commit)"
        return [
            ("run", "\(run.id) \(run.name)"),
            ("state", "\(run.stateWord), \(RunText.duration(run.duration()))"),
            ("created", RunText.time(run.created) + ended + " UTC"), ("branched from", parent),
            ("tags", run.tags.joined(separator: ", ")), ("note", run.note),
            ("command", run.command.joined(separator: " ")), ("folder", run.workingFolder),
            ("process", "\(run.process.pid) on \(run.process.host)"),
            ("version", run.version + commit), ("seed", run.seed.map { "\($0)" } ?? ""),
            ("data", run.dataFingerprint), ("model", run.modelPath),
            ("no longer its model", foreign.map { "the file is \($0)" } ?? ""),
            ("settings", ComputingSettings(of: run, events).words.joined(separator: ", ")),
            ("configuration", run.configuration == .null ? "" : run.configuration.text),
        ]
    }
}
