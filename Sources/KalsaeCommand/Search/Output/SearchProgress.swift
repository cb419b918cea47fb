import KalsaeSearch
import KalsaeSupport

/// Tells on standard error how a search goes: a line a trial, and on a terminal one that is redrawn.
final class SearchProgress {
    private let study: Study
    private let plan: SearchPlan
    private let workers: Int
    private var line = TerminalLine()
    private var told = 0
    private var known: Int
    private var hasBegun = false
    private let begin = ContinuousClock.now

    init(_ study: Study, _ plan: SearchPlan, workers: Int) {
        (self.study, self.plan, self.workers) = (study, plan, workers)
        let history = try? study.history()
        known = history?.finished.count ?? 0
        told = known
    }

    /// Tells what is new.
    func update() throws {
        guard !Console.isQuiet else { return }
        let history = try study.history()
        if told < history.finished.count { line.wipe() }
        while told < history.finished.count {
            let trial = history.trials[history.finished[told]]
            told += 1
            guard trial.source.isEmpty else { continue }
            Console.tell(SearchText.line(trial, plan.objectives, isBest: isBest(trial, history)))
        }
        guard Console.hasTerminal, line.isDue() else { return }
        line.draw(status(history))
    }

    /// Wipes the line that is redrawn.
    func end() { line.wipe() }

    private func isBest(_ trial: TrialRecord, _ history: TrialHistory) -> Bool {
        plan.objectives.count == 1 && history.best == trial.number
    }

    private func status(_ history: TrialHistory) -> String {
        let done = history.finished.count - history.foreignCount
        var text = plan.trials.map { "\(done)/\($0) trials" } ?? "\(done) trials"
        if let best = history.best, history.trials[best].source.isEmpty, plan.objectives.count == 1
        {
            let value = RunText.number(history.trials[best].values[0])
            text += ", best \(plan.objectives[0].name) \(value) (trial \(best))"
        }
        let running = history.running.count
        if running > 0 { text += ", \(running) running" }
        if let seconds = secondsLeft(done, foreign: history.foreignCount) {
            text += ", about \(RunText.duration(Int(seconds * 1000))) left"
        }
        return text
    }

    /// By what trials of this call took so far; nil before the first.
    private func secondsLeft(_ done: Int, foreign: Int) -> Double? {
        let known = known - foreign
        guard done > known, let trials = plan.trials else { return nil }
        let elapsed = begin.duration(to: .now) / .seconds(1)
        return elapsed / Double(done - known) * Double(max(0, trials - done))
    }
}
