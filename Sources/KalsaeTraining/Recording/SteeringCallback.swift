import FoundationEssentials
import KalsaeFiles
import KalsaeOptimizers
import KalsaeRuns
import KalsaeSupport

/// Does what somebody asks of a run in the store, at its step boundaries: changes settings, pauses,
/// writes a checkpoint, goes back to one, stops.
///
/// The verbs are those of ``SteeringVerb``. Each command is answered with the step at which it was
/// done, or with the reason why it cannot be.
public struct SteeringCallback: Callback {
    private let recorder: RunRecorder
    private let writer: CheckpointWriter
    private let isInterrupted: @Sendable () -> Bool
    private var isPaused = false
    /// The step at which the training went back, and where it stands until the next one.
    private var rolledBack: (from: Int, to: Int)?
    /// The steps at the ends of epochs.
    private var epochSteps: [Int: Int] = [:]
    /// The steps that the training will take; nil before its first one.
    private var total: Int?

    /// Looks for the commands of a run.
    ///
    /// - Parameters:
    ///   - recorder: what hands them over and records the answers.
    ///   - writer: what writes checkpoints, and whose folder a rollback reads.
    ///   - isInterrupted: whether a pause is to end because the process is asked to.
    public init(
        _ recorder: RunRecorder, _ writer: CheckpointWriter,
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.recorder, self.writer, self.isInterrupted) = (recorder, writer, isInterrupted)
    }

    /// Does what was asked since the last step.
    public mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) throws {
        if step.step != rolledBack?.from { rolledBack = nil }
        total = step.total
        try obey(step.step, &control)
    }

    /// Does what was asked while the epoch was measured.
    public mutating func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) throws {
        epochSteps[epoch.epoch] = epoch.steps
        if epoch.steps != rolledBack?.from { rolledBack = nil }
        try obey(epoch.steps, &control)
    }

    private mutating func obey(_ step: Int, _ control: inout TrainingControl) throws {
        var commands = recorder.pendingCommands()
        while isPaused, commands.isEmpty {
            if isInterrupted() || Task.isCancelled { return isPaused = false }
            Pause.milliseconds(10)
            try RankLeader.keepAlive()
            commands = recorder.pendingCommands()
        }
        for command in commands {
            let step = rolledBack?.to ?? step
            recorder.event(
                "steer", step: step, author: command.author,
                data: ["verb": .string(command.verb), "data": command.data])
            do {
                try carryOut(command, step, &control)
            } catch {
                let text = (error as? KalsaeError)?.description ?? "\(error)"
                recorder.answer(command, .refused, step: step, text)
            }
        }
        if isPaused { control.hold() }
    }

    private mutating func carryOut(
        _ command: RunCommand, _ step: Int, _ control: inout TrainingControl
    ) throws {
        guard let verb = SteeringVerb(rawValue: command.verb) else {
            let names = SteeringVerb.allCases.map(\.rawValue)
            throw KalsaeError(
                "steer", expected: names.joined(separator: ", "), got: command.verb,
                advice: SpellingSuggestion.advice(command.verb, in: names))
        }
        let recorder = recorder
        func done(_ text: String) { recorder.answer(command, .applied, step: step, text) }
        let answers = Answers()
        func change(_ changes: [SettingChange]) {
            for change in changes {
                control.change(change, reason: command.author) { error in
                    answers.add(change, error)
                    guard answers.count == changes.count else { return }
                    recorder.answer(command, answers.state, step: step, answers.text)
                }
            }
        }
        switch verb {
        case .set: change(try Self.settings(command.data, rate: control.askedLearningRate))
        case .schedule: change([.schedule(try Self.schedule(command.data, total: total))])
        case .pause:
            isPaused = true
            done("paused")
        case .continue:
            isPaused = false
            done("goes on")
        case .checkpoint:
            control.checkpoint { [writer] state in writer.write(state) }
            done("checkpoint")
        case .rollback:
            if let asked = command.data["to"]?.integer, asked > step {
                throw KalsaeError(
                    "rollback", expected: "a step up to \(step)", got: "\(asked)")
            }
            let entry = try entry(for: command.data["to"])
            let state = try TrainingState(path: entry.path)
            control.restore(state)
            var near = ""
            if let asked = command.data["to"]?.integer, asked != entry.step {
                let steps = writer.folder.steps(around: asked)
                near = ", the last checkpoint before \(asked) (there are \(steps))"
            }
            // What is resumed later is the way that was gone back to.
            writer.folder.removeAll(after: entry.step)
            recorder.rollBack(to: entry.step)
            rolledBack = (rolledBack?.from ?? step, entry.step)
            let rate = Float(state.progress.learningRate)
            done("back at step \(entry.step)\(near), learningRate = \(rate)")
        case .note: done("")
        case .stop:
            isPaused = false
            control.stop("stopped by \(command.author)")
            done("stops")
        }
    }

    /// Which checkpoint somebody means: a step, `{"epoch": 3}`, `{"ago": seconds}` or `"best"`.
    private func entry(
        for target: JSONValue?
    ) throws(KalsaeError) -> CheckpointFolder.Entry {
        writer.flush()
        let folder = writer.folder
        let entry: CheckpointFolder.Entry? =
            if target?.string == "best" {
                folder.best
            } else if let step = target?.integer {
                folder.entry(before: step)
            } else if let epoch = target?["epoch"]?.integer {
                epochSteps[epoch].flatMap { folder.entry(before: $0) }
            } else if let seconds = target?["ago"]?.number {
                folder.entry(beforeTime: Double(Timestamp.now) / 1000 - seconds)
            } else {
                nil
            }
        guard let entry else {
            let steps = folder.entries.map { $0.isBest ? "best (\($0.step))" : "\($0.step)" }
            throw KalsaeError(
                "rollback", expected: "a checkpoint at or before that",
                got: "those of steps \(steps.joined(separator: ", "))")
        }
        return entry
    }

    /// The settings of a command; a learning rate may be a factor of the one that the schedule builds on.
    private static func settings(_ data: JSONValue, rate: Double) throws -> [SettingChange] {
        guard let members = data.members, !members.isEmpty else {
            throw KalsaeError("steer", expected: "settings as NAME=VALUE", got: "none")
        }
        return try members.map { member in
            guard SettingName.isLearningRate(member.key), let text = member.value.string,
                let sign = text.first, "*/".contains(sign)
            else { return .setting(member.key, try setting(member.value)) }
            guard let factor = Double(text.dropFirst()), factor > 0, factor.isFinite else {
                throw KalsaeError(
                    member.key, expected: "a factor above 0, as *2 or /10", got: "\"\(text)\"")
            }
            return .setting(member.key, .number(sign == "*" ? rate * factor : rate / factor))
        }
    }

    private static func schedule(
        _ data: JSONValue, total: Int?
    ) throws -> LearningRateSchedule? {
        guard let plain = data["schedule"] else {
            throw KalsaeError("steer", expected: "a schedule", got: "none")
        }
        if plain == .string("constant") || plain == .null { return nil }
        guard let name = plain.string else {
            return try LearningRateSchedule(plain: try setting(plain))
        }
        let length = total ?? .max
        let presets = SchedulePreset.all.filter { $0.schedule(1) != nil }
        guard let preset = presets.first(where: { $0.name == name }) else {
            let names = presets.map(\.name)
            throw KalsaeError(
                "schedule",
                expected: names.joined(separator: ", ")
                    + #", or settings as {"schedule": "cosine", "steps": 900}"#,
                got: "\"\(name)\"", advice: SpellingSuggestion.advice(name, in: names))
        }
        guard length < .max else {
            throw KalsaeError(
                "schedule \(name)", expected: "a training whose number of steps is known",
                got: "one without an end",
                advice: #"give steps, as in {"schedule": "cosine", "steps": 900}"#)
        }
        return preset.schedule(max(length, 1))
    }

    private static func setting(_ value: JSONValue) throws -> SettingValue {
        try JSONDecoder().decode(SettingValue.self, from: Data(value.text.utf8))
    }
}

/// What became of the settings of one command.
private final class Answers {
    private var done: [String] = []
    private var refused: [String] = []

    var count: Int { done.count + refused.count }
    var state: RunCommand.State { refused.isEmpty ? .applied : .refused }
    var text: String {
        (refused + done.map { refused.isEmpty ? $0 : "done: \($0)" }).joined(separator: ", ")
    }

    func add(_ change: SettingChange, _ error: KalsaeError?) {
        if let error {
            refused.append(error.description)
        } else {
            done.append("\(change)")
        }
    }
}

/// What can be asked of a run.
public enum SteeringVerb: String, CaseIterable, Sendable {
    /// Settings get values, one after the other: `{"learningRate": 0.001}`. Where one is refused, the
    /// others are made, and the answer says which.
    case set
    /// Another schedule: `{"schedule": "cosine"}` over the length of the training, `"constant"`, or
    /// one with settings, `{"schedule": {"schedule": "cosine", "steps": 900}}`.
    case schedule
    /// Stays at the next step boundary.
    case pause
    /// Goes on after a pause.
    case `continue`
    /// Writes a checkpoint.
    case checkpoint
    /// Goes back: `{"to": 200}`, `{"to": "best"}`, `{"to": {"epoch": 3}}`, `{"to": {"ago": 7200}}`.
    case rollback
    /// Remembers a text: `{"text": "…"}`.
    case note
    /// Ends the training, with what it has so far.
    case stop
}
