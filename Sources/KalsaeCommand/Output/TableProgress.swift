import KalsaeData
import KalsaeTraining

/// Shows on standard error what is being tried on a table: one line on a terminal, one line a
/// candidate elsewhere.
final class TableProgress {
    private let effort: String
    private let loss: TargetLoss?
    private var line = TerminalLine()
    private var best: (name: String, loss: Double)?

    /// - Parameter loss: that of numbers; nil of classes.
    init(_ effort: String, loss: TargetLoss?) {
        (self.effort, self.loss) = (effort, loss)
    }

    /// A loss in the words of the report: of squares their root.
    func text(_ value: Double) -> String {
        switch loss {
        case nil: "log loss \(value.short)"
        case .meanSquaredError: "rmse \(value.squareRoot().short)"
        case .some: "loss \(value.short)"
        }
    }

    /// Notes an epoch of a candidate.
    func note(_ epoch: CandidateEpoch) {
        guard !Console.isQuiet else { return }
        let (name, loss) = (epoch.candidate, epoch.loss)
        guard Console.hasTerminal else {
            if let best, best.name != name { tell(best) }
            best = (name, min(loss, best?.name == name ? best?.loss ?? loss : loss))
            return
        }
        guard line.isDue() else { return }
        line.draw(
            "\(effort): \(name), epoch \(epoch.epoch)/\(epoch.epochs), \(text(loss)) on rows held out"
        )
    }

    /// Wipes the line, or tells the last candidate.
    func end() {
        line.wipe()
        if let best { tell(best) }
        best = nil
    }

    private func tell(_ candidate: (name: String, loss: Double)) {
        Console.tell("\(candidate.name): \(text(candidate.loss))")
    }
}
