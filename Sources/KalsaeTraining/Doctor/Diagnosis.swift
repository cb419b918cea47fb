import Glibc
import KalsaeRuns
import KalsaeSupport

/// What a recorded training suffers from, by its metrics and by a look at its network: the problems
/// first.
public struct Diagnosis: Sendable {
    /// What was found.
    public let findings: [Finding]
    /// What could not be judged, a line each with the reason.
    public let notJudged: [String]

    /// Judges a run.
    ///
    /// - Parameters:
    ///   - run: a run of the store.
    ///   - store: the store.
    ///   - checkup: a look at its network; without it the record alone is judged.
    public init(_ run: Run, in store: Store, checkup: ModelCheckup?) throws(KalsaeError) {
        let commands = RunCommands(run, in: store)
        let record = try RunCurves(run, in: store, commands)
        var findings = record.findings(classes: checkup?.classes)
        findings += try TableCurves(run, in: store, commands).findings
        if let checkup { findings += checkup.findings(commands) }
        notJudged = record.notJudged(hasCheckup: checkup != nil, findings)
        let order = Finding.Verdict.allCases
        self.findings = findings.enumerated().sorted { one, two in
            let ranks = [one, two].map { order.firstIndex(of: $0.element.verdict) ?? 0 }
            return (ranks[0], one.offset) < (ranks[1], two.offset)
        }.map(\.element)
    }
}

/// The curves of a run that a diagnosis judges.
struct RunCurves {
    private let commands: RunCommands
    private let losses: [MetricPoint]
    private let train: [MetricPoint]
    private let validation: [MetricPoint]
    private let waiting: [MetricPoint]
    private let compilations: Int
    private let failure: String?

    init(_ run: Run, in store: Store, _ commands: RunCommands) throws(KalsaeError) {
        self.commands = commands
        let known = Set(try store.metrics(of: run).map(\.name))
        func points(_ name: String) throws(KalsaeError) -> [MetricPoint] {
            known.contains(name) ? try store.points(name, of: run) : []
        }
        losses = try points("loss")
        train = try points("train/loss")
        validation = try points("validation/loss")
        waiting = try points("time/waiting")
        compilations = try points("compilations").last.flatMap { Int(exactly: $0.value) } ?? 0
        failure = try store.events(of: run).last { $0.kind == "failed" }?.data["error"]?.string
    }

    /// All findings of the record.
    func findings(classes: Int?) -> [Finding] {
        [
            ended, lossAtStart(classes), progress, overfitting, dataWaiting, recompilations,
        ].compactMap { $0 }
    }

    /// What no finding is about, with the reason.
    func notJudged(hasCheckup: Bool, _ findings: [Finding]) -> [String] {
        let known = Set(findings.map(\.name))
        var lines: [String] = []
        if !known.contains("overfitting"), !known.contains("candidates") {
            lines.append(
                "overfitting: three epochs with a validation loss are needed, there is "
                    + "\(validation.count)")
        }
        if !known.contains("learning"), !known.contains("candidates") {
            lines.append("learning: no loss of two steps or epochs is recorded")
        }
        if !hasCheckup {
            lines.append(
                "units, gradients, updates and labels: there is no checkpoint of one network to look "
                    + "at" + (known.contains("candidates") ? "; --network trains one" : ""))
        }
        return lines
    }

    private var ended: Finding? {
        guard let failure else { return nil }
        return Finding(
            "failed", .problem, "the run failed: \(failure)",
            remedy:
                "a smaller learning rate, clipped gradients, or a guard that goes back by itself",
            command: commands.anew("--guard"))
    }

    /// A network that knows nothing gives each of C classes 1/C: its loss is ln C.
    private func lossAtStart(_ classes: Int?) -> Finding? {
        guard let classes, classes > 1, let first = losses.first, first.step <= 3 else {
            return nil
        }
        let (loss, wanted) = (first.value, log(Double(classes)))
        let numbers = [("loss", loss), ("ln C", wanted)]
        let text = "the first loss is \(loss.short), ln \(classes) is \(wanted.short)"
        if !(loss <= 1.5 * wanted + 0.1) {
            return Finding(
                "loss-at-start", .problem, "\(text): the network is sure of wrong answers", numbers,
                remedy:
                    "inputs of about -1 to 1 (see what the columns are), and smaller first weights",
                command: commands.info)
        }
        if loss < 0.5 * wanted {
            return Finding(
                "loss-at-start", .notice, "\(text): it knows the answers from the start", numbers,
                remedy: "look for a column that tells the target, unless weights were loaded")
        }
        return Finding("loss-at-start", .good, text, numbers)
    }

    private var progress: Finding? {
        guard let first = losses.first?.value ?? train.first?.value, let last = train.last?.value,
            train.count > 1 || (losses.first?.step ?? .max) < (train.last?.step ?? 0)
        else { return nil }
        if train.count == 1, last.isFinite {
            return Finding(
                "learning", last < 0.95 * first ? .good : .notice,
                "the loss of the first step is \(first.short), the mean of the only epoch "
                    + last.short,
                [("first", first), ("last", last)],
                remedy: last < 0.95 * first ? "" : "more epochs, before much can be said")
        }
        let numbers = [("first", first), ("last", last)]
        let text = "the training loss went from \(first.short) to \(last.short)"
        if !last.isFinite || last > 1.2 * first + 1e-12 {
            return Finding(
                "learning", .problem, "\(text): it diverges", numbers,
                remedy: "a smaller learning rate", command: commands.anew("--find-rate"))
        }
        if last > 0.95 * first {
            return Finding(
                "learning", .problem, "\(text): it does not learn", numbers,
                remedy: "another learning rate, and a look at inputs and labels",
                command: commands.anew("--find-rate"))
        }
        return Finding("learning", .good, text, numbers)
    }

    private var overfitting: Finding? {
        guard validation.count > 2, let last = validation.last, let end = train.last,
            // Where nothing was learned, nothing was learned by heart.
            end.value < 0.95 * (losses.first?.value ?? train[0].value),
            let best = validation.min(by: { $0.value < $1.value })
        else { return nil }
        let numbers = [
            ("best validation loss", best.value), ("last validation loss", last.value),
            ("last training loss", end.value), ("best epoch", Double(best.epoch ?? 0)),
        ]
        let epoch = best.epoch.map { " in epoch \($0)" } ?? ""
        let text =
            "the validation loss was \(best.value.short)\(epoch) and ended at \(last.value.short), "
            + "the training loss at \(end.value.short)"
        let hasRisen = last.value > 1.1 * best.value
        guard hasRisen, end.value < 0.8 * last.value else {
            let isFar = end.value < 0.5 * last.value
            return Finding(
                "overfitting", isFar ? .notice : .good,
                isFar ? "\(text): it knows its own rows far better" : text, numbers,
                remedy: isFar ? "more data, --weight-decay, dropout, --augment for images" : "",
                command: isFar ? commands.anew("--weight-decay 0.001") : "")
        }
        return Finding(
            "overfitting", .problem, "\(text): it learns its rows by heart", numbers,
            remedy: "end earlier, more data, weight decay, dropout, or --augment for images",
            command: commands.anew("--patience 5 --weight-decay 0.001"))
    }

    private var dataWaiting: Finding? {
        guard !waiting.isEmpty else { return nil }
        let share = waiting.reduce(0) { $0 + $1.value } / Double(waiting.count)
        let percent = (share * 100).short
        guard share > 0.03 else {
            return Finding(
                "waiting", .good, "\(percent) % of the time waits for data", [("share", share)])
        }
        return Finding(
            "waiting", share > 0.2 ? .problem : .notice, "\(percent) % of the time waits for data",
            [("share", share)],
            remedy: "decode and prepare batches beside the training, or keep them in memory")
    }

    private var recompilations: Finding? {
        guard compilations > 0 else { return nil }
        let text = "the step was compiled \(compilations.counting("time"))"
        guard compilations > 4 else {
            return Finding("recompilations", .good, text, [("count", Double(compilations))])
        }
        return Finding(
            "recompilations", .problem,
            "\(text), once for each size of a batch or change of settings",
            [("count", Double(compilations))], remedy: "batches of one size",
            command: commands.anew("--drop-last"))
    }
}
