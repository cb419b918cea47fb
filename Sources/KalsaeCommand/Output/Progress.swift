import KalsaeSupport
import KalsaeTraining
import Synchronization

/// Shows the course of a training on standard error: a bar on a terminal, some lines elsewhere.
final class Progress: Sendable {
    private struct State {
        var line = TerminalLine()
        var last: EpochRecord?
    }

    private let state = Mutex(State())
    private let hasTerminal = Console.hasTerminal
    private let isQuiet = Console.isQuiet
    private let epochs: Int

    init(epochs: Int) { self.epochs = epochs }

    /// Redraws the bar, at most fifteen times a second.
    func step(_ record: StepRecord) {
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
