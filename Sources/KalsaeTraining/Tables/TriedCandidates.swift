import KalsaeSupport
import KalsaeTensor

/// The candidates of a plan one after the other, and the state in between.
final class TriedCandidates {
    /// Those that are over, whose autopsies were written or not.
    private var trained: [FoldTraining.Trained] = []
    private let plan: TablePlan
    private let autopsyPath: String?
    private let subject: [Int]
    private let effort: TableEffort

    /// - Parameter autopsyPath: where the first step that is not finite is written; nil for nowhere.
    init(_ plan: TablePlan, subject: [Int], effort: TableEffort, autopsyPath: String?) {
        (self.plan, self.subject, self.effort) = (plan, subject, effort)
        self.autopsyPath = autopsyPath
    }

    /// What came of those that are over and had a finite loss.
    var outcomes: [FoldTraining.Outcome] { trained.compactMap(\.outcome) }

    /// Whether the last one was ended by `onEpoch`.
    var isStopped: Bool { trained.last?.isStopped ?? false }

    /// Steps that were taken, those of a learning before it was stopped too.
    var steps: Int { trained.reduce(0) { $0 + $1.epochs } * plan.steps }

    /// The state where a candidate goes on; without one, that in which all that were tried are over.
    func state(with open: FoldTraining.Progress? = nil) -> TableState {
        var candidates = zip(trained, plan.candidates).map { trained, planned in
            TableState.Candidate(
                name: planned.candidate.name, epochs: trained.epochs, isOver: true,
                best: trained.outcome?.epoch, loss: trained.outcome?.loss)
        }
        var entries = trained.enumerated().flatMap {
            FoldTraining.tensors($0.element.outcome, $0.offset)
        }
        if let open {
            candidates.append(
                TableState.Candidate(
                    name: plan.candidates[trained.count].candidate.name, epochs: open.epoch,
                    isOver: false, best: open.best?.epoch, loss: open.best?.loss))
            entries += FoldTraining.tensors(open, trained.count)
        }
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
            trained.append(
                FoldTraining.Trained(
                    epochs: known.epochs,
                    outcome: try training.outcome(candidate, index, of: state), isStopped: false))
        }
        return nil
    }

    /// Tries those that are left. One without a finite loss is left out, which is said.
    ///
    /// - Throws: a `KalsaeError` where none had one.
    func finish(_ training: FoldTraining, from open: FoldTraining.Progress?) throws {
        var open = open
        var faults: [String] = []
        var isFirst = true
        for (candidate, epochs) in plan.candidates.dropFirst(trained.count) {
            let one = try training.train(
                candidate, epochs: epochs, batch: plan.batch, from: open)
            open = nil
            trained.append(one)
            if one.isStopped { break }
            guard one.outcome == nil || one.autopsy != nil else { continue }
            let cause = found(one.autopsy, isFirst: isFirst)
            let fault = "\(candidate.name) in epoch \(one.epochs)\(cause)"
            isFirst = false
            if let outcome = one.outcome {
                Notice.say(
                    "the numbers of \(fault) were not finite: its best epoch, \(outcome.epoch), is kept"
                )
            } else {
                faults.append(fault)
            }
        }
        guard outcomes.isEmpty else {
            for fault in faults {
                Notice.say("the loss of \(fault) was not finite: it is left out")
            }
            return
        }
        guard !isStopped else {
            throw KalsaeError(
                "training", expected: "a finite loss before it was stopped", got: "none")
        }
        throw KalsaeError(
            "training", expected: "a finite loss",
            got: "none of \(trained.count.counting("kind")) of models, \(faults.first ?? "")",
            advice: "look for numbers out of all proportion in the data")
    }

    /// What an autopsy found, behind the name of a candidate; the first one is written.
    private func found(_ autopsy: Autopsy?, isFirst: Bool) -> String {
        guard let autopsy, let report = autopsy.report else { return "" }
        guard isFirst, let autopsyPath else { return " (\(report.line))" }
        do {
            try autopsy.save(to: autopsyPath)
            return " (\(report.line); more: \(Autopsy.command(for: autopsyPath)))"
        } catch { return " (\(report.line); the step could not be written: \(error))" }
    }

    private static func text(_ subject: [Int]) -> String {
        zip(["rows", "inputs", "outputs", "folds", "rows a batch", "seed"], subject)
            .map { $0 == "seed" ? "seed \($1)" : "\($1) \($0)" }.joined(separator: ", ")
    }
}
