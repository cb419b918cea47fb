import KalsaeSupport
import KalsaeTraining
import Synchronization

/// Shows the course of a training on standard error: a bar on a terminal, some lines elsewhere.
final class Progress: Sendable {
    private struct State {
        var line = TerminalLine()
        var last: EpochRecord?
        var taken = 0
        /// The step before the next one.
        var step = 0
        /// Whether steps of another process count, or it went back over some.
        var differs = false
    }

    private let state: Mutex<State>
    private let joined: Int
    private let hasTerminal = Console.hasTerminal
    private let isQuiet = Console.isQuiet
    private let epochs: Int

    /// - Parameters:
    ///   - joined: the most steps that are told as one.
    ///   - step: where it goes on.
    init(epochs: Int, joined: Int = 1, from step: Int = 0) {
        (self.epochs, self.joined) = (epochs, joined)
        state = Mutex(State(step: step, differs: step > 0))
    }

    /// The steps that this process took: without those of a state that it went on from, with those that
    /// it went back over.
    var taken: Int { state.withLock { $0.taken } }

    /// The steps of a training in words, with those that took `seconds` where they are not the same.
    func text(steps: Int, _ seconds: Double) -> String {
        let time = "\(Self.fixed(seconds, digits: 2)) s"
        let (taken, differs) = state.withLock { ($0.taken, $0.differs) }
        return differs
            ? "\(steps.counting("step")); \(taken) taken now, \(time)"
            : "\(steps.counting("step")), \(time)"
    }

    /// Counts a step; redraws the bar, at most fifteen times a second.
    func step(_ record: StepRecord) {
        state.withLock { state in
            // Behind a way back, or where all rows are learned from the first step on.
            let isBack = record.step <= state.step
            state.taken += isBack ? min(joined, record.step) : record.step - state.step
            if isBack, record.step > joined { state.differs = true }
            state.step = record.step
        }
        guard hasTerminal, !isQuiet else { return }
        state.withLock { state in
            guard state.line.isDue() else { return }
            let validation = state.last?.validation.map { ", validation \($0.text)" } ?? ""
            state.line.draw(
                Self.bar(record.step, of: record.total) + " epoch \(record.epoch), "
                    + (state.last?.validation?.lossText(record.meanLoss)
                        ?? "loss \(record.meanLoss.short)")
                    + validation)
        }
    }

    /// Tells of a training that was taken up and had no step left to take.
    func tellNothingLeft(_ history: History) {
        guard taken == 0, history.steps > 0 else { return }
        let before = "no step was left to take behind \(history.epochCount.counting("epoch"))"
        switch history.end {
        case .completed: Notice.say("\(before): to go on, say more with --epochs or --steps")
        case .earlyStopping:
            Notice.say("\(before), which ended by --patience: to go on, say a greater one")
        case .stopped, .cancelled: break
        }
    }

    /// Notes an epoch; where there is no terminal, about ten of them are told.
    func epoch(_ record: EpochRecord) {
        state.withLock { $0.last = record }
        let every = max(epochs / 10, 1)
        guard !hasTerminal, !isQuiet, record.epoch % every == 0 || record.epoch == 1 else { return }
        let validation = record.validation.map { ", validation \($0.text)" } ?? ""
        let loss = record.validation?.lossText(record.loss) ?? "loss \(record.loss.short)"
        Console.tell("epoch \(record.epoch): \(loss)\(validation)")
    }

    /// Tells of a change of settings that the guard makes.
    func change(_ intervention: Intervention) {
        guard let line = intervention.guardLine, !isQuiet else { return }
        state.withLock { $0.line.wipe() }
        Console.tell(line)
    }

    /// Wipes the bar.
    func end() { state.withLock { $0.line.wipe() } }

    private static func bar(_ step: Int, of total: Int) -> String {
        let width = 24
        let done = total > 0 ? step * width / total : width
        let filled = String(repeating: "━", count: min(done, width))
        let empty = String(repeating: "╌", count: max(width - done, 0))
        return filled + empty + " \(step)/\(total)"
    }

    /// A number with a fixed count of digits behind the point.
    static func fixed(_ value: Double, digits: Int) -> String { value.fixed(digits) }
}

extension Intervention {
    /// What the guard did, in a line; nil for other changes, and for the batches that it leaves out.
    var guardLine: String? {
        guard reason.hasPrefix("guard: "), case .setting(_, .number(let rate)) = change else {
            return nil
        }
        return "\(reason); the learning rate is \(Float(rate)) from there on"
    }
}
