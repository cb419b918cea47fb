import KalsaeSupport
import KalsaeTensor

/// The candidates of a plan one after the other, and the state in between.
final class TriedCandidates {
    /// What came of those that are over.
    private(set) var outcomes: [FoldTraining.Outcome] = []
    private let plan: TablePlan
    private let subject: [Int]
    private let effort: TableEffort

    init(_ plan: TablePlan, subject: [Int], effort: TableEffort) {
        (self.plan, self.subject, self.effort) = (plan, subject, effort)
    }

    /// Steps that were taken, those of a learning before it was stopped too.
    var steps: Int { outcomes.reduce(0) { $0 + $1.epochs } * plan.steps }

    /// The state where a candidate goes on.
    func state(with open: FoldTraining.Progress) -> TableState {
        var candidates = outcomes.map {
            TableState.Candidate(
                name: $0.candidate.name, epochs: $0.epochs, isOver: true, best: $0.epoch,
                loss: $0.loss)
        }
        candidates.append(
            TableState.Candidate(
                name: plan.candidates[outcomes.count].candidate.name, epochs: open.epoch,
                isOver: false, best: open.best?.epoch, loss: open.best?.loss))
        var entries = outcomes.enumerated().flatMap { FoldTraining.tensors($0.element, $0.offset) }
        entries += FoldTraining.tensors(open, outcomes.count)
        return TableState(
            TableState.Progress(
                subject: subject, effort: effort.rawValue, candidates: candidates),
            NamedTensors(entries: entries))
    }

    /// Takes up what is over in a state, and returns the candidate that goes on.
    func restore(
        _ state: TableState, _ training: FoldTraining
    ) throws -> FoldTraining.Progress? {
        let told = state.progress
        guard told.subject == subject, told.effort == effort.rawValue else {
            throw FoldTraining.fault(
                "effort \(effort.rawValue), \(Self.text(subject))",
                "effort \(told.effort), \(Self.text(told.subject))")
        }
        let names = plan.candidates.map(\.candidate.name)
        guard told.candidates.count <= names.count, !told.candidates.isEmpty,
            zip(told.candidates, names).allSatisfy({ $0.name == $1 }),
            told.candidates.dropLast().allSatisfy(\.isOver)
        else {
            throw FoldTraining.fault(
                "candidates \(names.joined(separator: ", "))",
                told.candidates.map(\.name).joined(separator: ", "))
        }
        for (index, known) in told.candidates.enumerated() {
            let (candidate, epochs) = plan.candidates[index]
            guard (0...epochs).contains(known.epochs) else {
                throw FoldTraining.fault("at most \(epochs.counting("epoch"))", "\(known.epochs)")
            }
            guard known.isOver else {
                return try training.progress(candidate, index, of: state)
            }
            guard let outcome = try training.outcome(candidate, index, of: state) else {
                throw FoldTraining.fault("a best epoch of \(known.name)", "none")
            }
            outcomes.append(outcome)
        }
        return nil
    }

    /// Tries those that are left.
    func finish(_ training: FoldTraining, from open: FoldTraining.Progress?) throws {
        var open = open
        for (candidate, epochs) in plan.candidates.dropFirst(outcomes.count) {
            let outcome = try training.train(
                candidate, epochs: epochs, batch: plan.batch, from: open)
            open = nil
            outcomes.append(outcome)
            if outcome.isStopped { break }
        }
    }

    private static func text(_ subject: [Int]) -> String {
        zip(["rows", "inputs", "outputs", "folds", "rows a batch", "seed"], subject)
            .map { $0 == "seed" ? "seed \($1)" : "\($1) \($0)" }.joined(separator: ", ")
    }
}
