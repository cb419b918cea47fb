import ArgumentParser
import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

struct Steer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steer",
        abstract: "Change a training while it goes on: rates, pauses, the way back.",
        discussion: """
            VERB is one of
              set NAME=VALUE …  learningRate, optimizer.NAME, a layer's as dropout1.rate
              schedule NAME     another schedule, or one with settings as JSON
              pause, continue   at the next step
              checkpoint        write one now
              rollback WHERE    to a step as 400, best, epoch 3, or to 90s, 30min, 2h ago
              branch [STEP]     train another way from there, in this terminal
              note TEXT         keep a remark with the run
              stop              end it, with what it has so far

            It is done between two steps, recorded with its author, and answered here.

            Examples:
              kalsae steer last set learningRate=3e-4 dropout1.rate=0.3
              kalsae steer last set learningRate=/10
              kalsae steer last rollback best
              kalsae steer digits-3 branch 400 --set learningRate=0.01
            """)

    @Argument(
        help: ArgumentHelp(
            "A run: its id, the beginning of it, its name, or last.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String

    @Argument(help: "What to do.")
    var verb: String

    @Argument(help: "With what.")
    var values: [String] = []

    @Option(help: "Seconds to wait for the answer.")
    var wait = 30.0

    @Option(
        help: ArgumentHelp(
            """
            For branch: a change from there on, as learningRate=3e-4; may be given more than once. \
            Other options of `kalsae train` count for the branch too.
            """, valueName: "name=value"))
    var set: [String] = []

    @Option(help: "For branch: the name of the new run.")
    var name: String?

    private static let longestWait = 1e9

    @OptionGroup var location: RunsOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        if let option = set.isEmpty ? name.map({ _ in "--name" }) : "--set" {
            throw KalsaeError(
                option, expected: "the verb branch to go with", got: verb,
                advice: "as in kalsae steer \(wanted) branch --set learningRate=3e-4")
        }
        guard (0...Self.longestWait).contains(wait) else {
            throw KalsaeError(
                "--wait", expected: "seconds from 0 to \(Int(Self.longestWait))", got: "\(wait)")
        }
        guard let known = SteeringVerb(rawValue: verb) else {
            let names = SteeringVerb.allCases.map(\.rawValue) + ["branch"]
            throw KalsaeError(
                "kalsae steer", expected: names.joined(separator: ", "), got: "\"\(verb)\"",
                advice: SpellingSuggestion.of(verb, in: names).map { "did you mean \($0)?" } ?? "")
        }
        let data = try SteeringData.json(known, values)
        let store = try location.store(for: .writing)
        let run = try store.run(wanted)
        let sent = try store.send(verb, data: data, author: RunProcess.user, to: run)
        let answer = try answer(to: sent, of: run, in: store)
        if json {
            try Console.print([
                "run": .string(run.name), "verb": .string(verb), "data": data,
                "state": .string(answer.state.rawValue),
                "step": answer.appliedStep.map { .integer($0) } ?? .null,
                "answer": .string(answer.answer),
            ])
        } else if answer.state == .applied {
            let text = answer.answer.isEmpty ? verb : answer.answer
            try Console.print("\(run.name), step \(answer.appliedStep ?? 0): \(text)".printable)
        }
        switch answer.state {
        case .applied: return
        case .refused:
            if !json { Console.tell("error: \(run.name) refuses it: \(answer.answer)".printable) }
            throw ExitCode(1)
        case .pending:
            Console.tell("\(run.name) has not seen it within \(wait) s; it stays sent")
            throw ExitCode(1)
        }
    }

    private func answer(
        to sent: RunCommand, of run: Run, in store: Store
    ) throws -> RunCommand {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(wait)
        while true {
            // Asked first: a run answers before it ends.
            let isOver = try store.run(run.id).state != .running
            let now = try store.commands(of: run).first { $0.id == sent.id }
            if let now, now.state != .pending { return now }
            guard clock.now < end, !isOver else { return now ?? sent }
            usleep(20_000)
        }
    }
}

/// The words behind a verb as its data.
enum SteeringData {
    static func json(_ verb: SteeringVerb, _ values: [String]) throws(KalsaeError) -> JSONValue {
        switch verb {
        case .set:
            guard !values.isEmpty else {
                throw KalsaeError(
                    "steer set", expected: "NAME=VALUE, as in learningRate=3e-4", got: "none")
            }
            var members: [JSONValue.Member] = []
            for value in values { members.append(try setting(value)) }
            return .object(members)
        case .schedule:
            guard values.count == 1 else {
                throw KalsaeError(
                    "steer schedule", expected: "a name, or settings as JSON",
                    got: "\(values.count) words")
            }
            return [
                "schedule": values[0].hasPrefix("{")
                    ? try JSONValue(parsing: values[0]) : .string(values[0])
            ]
        case .rollback: return ["to": try target(values)]
        case .note: return ["text": .string(values.joined(separator: " "))]
        case .pause, .continue, .checkpoint, .stop:
            guard values.isEmpty else {
                throw KalsaeError(
                    "steer \(verb.rawValue)", expected: "nothing behind it", got: values[0])
            }
            return .object([])
        }
    }

    private static func setting(_ text: String) throws(KalsaeError) -> JSONValue.Member {
        let change = try SettingChange(parsing: text)
        guard case .setting(let name, let value) = change else {
            throw KalsaeError("steer set", expected: "NAME=VALUE", got: text)
        }
        switch value {
        case .number(let number): return JSONValue.Member(name, .number(number))
        case .flag(let flag): return JSONValue.Member(name, .bool(flag))
        default: return JSONValue.Member(name, .string(String(text.dropFirst(name.count + 1))))
        }
    }

    private static func target(_ values: [String]) throws(KalsaeError) -> JSONValue {
        let fault = KalsaeError(
            "steer rollback", expected: "a step, best, epoch 3, or a time as 90s, 30min, 2h",
            got: values.isEmpty ? "none" : values.joined(separator: " "))
        guard let first = values.first else { throw fault }
        if values.count == 1, first == "best" { return .string("best") }
        if values.count == 1, let step = Int(first), step >= 0 { return .integer(step) }
        if values.count == 2, first == "epoch", let epoch = Int(values[1]), epoch > 0 {
            return ["epoch": .integer(epoch)]
        }
        guard values.count == 1,
            case .seconds(let seconds)? = try? CheckpointInterval(parsing: first)
        else { throw fault }
        return ["ago": .number(seconds)]
    }
}
