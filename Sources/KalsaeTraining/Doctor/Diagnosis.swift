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
    ///   - language: what it is written in.
    public init(
        _ run: Run, in store: Store, checkup: ModelCheckup?, language: TextLanguage = .english
    ) throws(KalsaeError) {
        let commands = RunCommands(run, in: store)
        let record = try RunCurves(run, in: store, commands, language)
        var findings = record.findings(classes: checkup?.classes)
        findings += try TableCurves(run, in: store, commands, language).findings
        if let checkup { findings += checkup.findings(commands, language) }
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
    private let say: TextLanguage
    private let losses: [MetricPoint]
    private let train: [MetricPoint]
    private let validation: [MetricPoint]
    private let waiting: [MetricPoint]
    private let compilations: Int
    /// Settings that were changed on the way, each of which may compile the step anew for all sizes.
    private let changes: Int
    private let failure: String?

    init(
        _ run: Run, in store: Store, _ commands: RunCommands, _ language: TextLanguage
    ) throws(KalsaeError) {
        (self.commands, say) = (commands, language)
        let known = Set(try store.metrics(of: run).map(\.name))
        func points(_ name: String) throws(KalsaeError) -> [MetricPoint] {
            known.contains(name) ? try store.points(name, of: run) : []
        }
        losses = try points("loss")
        train = try points("train/loss")
        validation = try points("validation/loss")
        waiting = try points("time/waiting")
        compilations = try points("compilations").last.flatMap { Int(exactly: $0.value) } ?? 0
        let events = try store.events(of: run)
        failure = events.last { $0.kind == "failed" }?.data["error"]?.string
        changes = events.count { $0.kind == "change" }
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
                validation.count > 2
                    ? say(
                        "overfitting: nothing was learned that could be known by heart",
                        "과적합: 학습된 것이 없어 외운 것도 없습니다")
                    : say(
                        "overfitting: three epochs with a validation loss are needed, there is "
                            + "\(validation.count)",
                        "과적합: 검증 손실이 있는 에포크가 셋은 필요한데 \(validation.count)개뿐입니다"))
        }
        if !known.contains("learning"), !known.contains("candidates") {
            lines.append(
                say(
                    "learning: no loss of two steps or epochs is recorded",
                    "학습: 두 단계나 두 에포크의 손실이 기록되지 않았습니다"))
        }
        if !hasCheckup {
            lines.append(
                say(
                    "units, gradients, updates and labels: there is no checkpoint of one network to "
                        + "look at",
                    "유닛, 기울기, 변화량, 레이블: 살펴볼 단일 신경망의 체크포인트가 없습니다")
                    + (known.contains("candidates")
                        ? say("; --network trains one", "; --network로 학습할 수 있습니다") : ""))
        }
        return lines
    }

    private var ended: Finding? {
        guard let failure else { return nil }
        let text = say("the run failed: \(failure)", "실행이 실패했습니다: \(failure)")
        // Of anything else the message itself says what helps.
        guard failure.contains("a finite loss") else { return Finding("failed", .problem, text) }
        return Finding(
            "failed", .problem, text,
            remedy: say(
                "a smaller learning rate, clipped gradients, or a guard that goes back by itself",
                "학습률을 줄이거나, 기울기를 클리핑하거나, 스스로 되돌아가는 --guard를 쓰세요"),
            command: commands.anew("--guard"))
    }

    /// A network that knows nothing gives each of C classes 1/C: its loss is ln C.
    private func lossAtStart(_ classes: Int?) -> Finding? {
        guard let classes, classes > 1, let first = losses.first, first.step <= 3 else {
            return nil
        }
        let (loss, wanted) = (first.value, log(Double(classes)))
        let numbers = [("loss", loss), ("ln C", wanted)]
        let text = say(
            "the first loss is \(loss.short), ln \(classes) is \(wanted.short)",
            "첫 손실은 \(loss.short), ln \(classes)의 값은 \(wanted.short)입니다")
        if !(loss <= 1.5 * wanted + 0.1) {
            return Finding(
                "loss-at-start", .problem,
                text + say(": the network is sure of wrong answers", ". 틀린 답을 확신합니다"),
                numbers,
                remedy: say(
                    "inputs of about -1 to 1 (see what the columns are), and smaller first weights",
                    "입력을 -1에서 1쯤으로 맞추고(열의 내용을 확인하세요) 초기 가중치를 줄이세요"),
                command: commands.info)
        }
        if loss < 0.5 * wanted {
            return Finding(
                "loss-at-start", .notice,
                text + say(": it knows the answers from the start", ". 처음부터 답을 알고 있습니다"),
                numbers,
                remedy: say(
                    "look for a column that tells the target, unless weights were loaded",
                    "가중치를 불러온 것이 아니라면, 답을 알려 주는 열이 있는지 살펴보세요"))
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
                say(
                    "the loss of the first step is \(first.short), the mean of the only epoch "
                        + last.short,
                    "첫 단계의 손실은 \(first.short), 하나뿐인 에포크의 평균은 \(last.short)입니다"),
                [("first", first), ("last", last)],
                remedy: last < 0.95 * first
                    ? ""
                    : say(
                        "more epochs, before much can be said",
                        "에포크를 늘려야 판단할 수 있습니다"))
        }
        let numbers = [("first", first), ("last", last)]
        let text = say(
            "the training loss went from \(first.short) to \(last.short)",
            "학습 손실이 \(first.short)에서 \(last.short)(으)로 바뀌었습니다")
        if !last.isFinite || last > 1.2 * first + 1e-12 {
            return Finding(
                "learning", .problem, text + say(": it diverges", ". 발산합니다"), numbers,
                remedy: say("a smaller learning rate", "학습률을 줄이세요"),
                command: commands.anew("--find-rate"))
        }
        if last > 0.95 * first {
            return Finding(
                "learning", .problem, text + say(": it does not learn", ". 학습되지 않습니다"), numbers,
                remedy: say(
                    "another learning rate, and a look at inputs and labels",
                    "학습률을 바꾸고, 입력과 레이블을 살펴보세요"),
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
        let epoch = best.epoch.map { say(" in epoch \($0)", "(에포크 \($0))") } ?? ""
        let text = say(
            "the validation loss was \(best.value.short)\(epoch) and ended at \(last.value.short), "
                + "the training loss at \(end.value.short)",
            "검증 손실은 최저 \(best.value.short)\(epoch), 끝에 \(last.value.short)이고 "
                + "학습 손실은 끝에 \(end.value.short)입니다")
        let hasRisen = last.value > 1.1 * best.value
        guard hasRisen, end.value < 0.8 * last.value else {
            let isFar = end.value < 0.5 * last.value
            return Finding(
                "overfitting", isFar ? .notice : .good,
                isFar
                    ? text
                        + say(": it knows its own rows far better", ". 학습한 행을 훨씬 잘 압니다")
                    : text,
                numbers,
                remedy: isFar
                    ? say(
                        "more data, --weight-decay, dropout, --augment for images",
                        "데이터를 늘리거나 --weight-decay, 드롭아웃, 이미지라면 --augment를 쓰세요")
                    : "",
                command: isFar ? commands.anew("--weight-decay 0.001") : "")
        }
        return Finding(
            "overfitting", .problem,
            text + say(": it learns its rows by heart", ". 학습 데이터를 외우고 있습니다"), numbers,
            remedy: say(
                "end earlier, more data, weight decay, dropout, or --augment for images",
                "일찍 끝내거나, 데이터를 늘리거나, 가중치 감소, 드롭아웃, 이미지라면 --augment를 쓰세요"),
            command: commands.anew("--patience 5 --weight-decay 0.001"))
    }

    private var dataWaiting: Finding? {
        guard !waiting.isEmpty else { return nil }
        let share = waiting.reduce(0) { $0 + $1.value } / Double(waiting.count)
        let text = say(
            "\(share.percentText) of the time waits for data",
            "시간의 \(share.percentText)를 데이터를 기다리며 보냅니다")
        guard share > 0.03 else {
            return Finding("waiting", .good, text, [("share", share)])
        }
        return Finding(
            "waiting", share > 0.2 ? .problem : .notice, text, [("share", share)],
            remedy: say(
                "decode and prepare batches beside the training, or keep them in memory",
                "학습하는 동안 다음 배치를 미리 준비하거나, 데이터를 메모리에 두세요"))
    }

    private var recompilations: Finding? {
        guard compilations > 0 else { return nil }
        let text = say(
            "the step was compiled \(compilations.counting("time"))",
            "한 단계의 계산을 \(compilations)번 컴파일했습니다")
        guard compilations > 4 * (1 + changes) else {
            return Finding("recompilations", .good, text, [("count", Double(compilations))])
        }
        return Finding(
            "recompilations", .problem,
            text
                + say(
                    ", once for each size of a batch",
                    ". 배치 크기가 바뀔 때마다 한 번입니다"),
            [("count", Double(compilations))],
            remedy: say("batches of one size", "배치 크기를 하나로 맞추세요"),
            command: commands.anew("--drop-last"))
    }
}
