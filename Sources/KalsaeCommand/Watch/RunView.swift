import KalsaeFiles
import KalsaePlots
import KalsaeRuns
import KalsaeSupport

/// What a run looks like at the moment, as lines of a terminal.
struct RunView {
    let store: Store
    private(set) var run: Run
    /// Which chart is shown; it goes round.
    var chart = 0
    /// Whether its vertical axis is logarithmic.
    var isLog = false
    /// The last words of the steering, or what is being typed.
    var message = ""
    /// Whether the keys are explained instead of the chart.
    var showsHelp = false

    private(set) var metrics: [MetricSummary] = []
    private var events: [RunEvent] = []
    private(set) var commands: [RunCommand] = []
    private var panels: [Panel] = []

    /// The least size that holds a view.
    static let least = (width: 40, height: 12)

    init(_ run: Run, in store: Store) throws {
        (self.run, self.store) = (run, store)
        try refresh()
    }

    /// Reads what is new.
    mutating func refresh() throws {
        run = try store.run(run.id)
        metrics = try store.metrics(of: run)
        events = try store.events(of: run)
        commands = try store.commands(of: run)
        var panels: [Panel] = []
        if !metrics.isEmpty {
            panels = try RunFigure(isLog: isLog).figure([run], in: store).panels
        }
        if metrics.contains(where: { $0.name == "rate" && $0.count > 1 }) {
            panels += try RunFigure(metrics: ["rate"], isLog: isLog).figure([run], in: store).panels
        }
        self.panels = panels
    }

    /// The learning rate now; nil where none is recorded.
    var rate: Double? { metrics.first { $0.name == "rate" }?.last.value }

    /// Whether it stands still because somebody said so.
    var isPaused: Bool { run.isPaused }

    /// The lines of a screen.
    func lines(width: Int, height: Int, color: TerminalColor) throws -> [String] {
        guard width >= Self.least.width, height >= Self.least.height else {
            return [
                RunText.cut("\(run.name): a larger window shows more", to: width)
            ]
        }
        // A long answer takes a second line.
        let words = message.printable
        let answer =
            DisplayWidth.of(words) <= width
            ? [words] : [String(words.prefix(width)), String(words.dropFirst(width))]
        let notes = eventLines().suffix(2)
        let chartHeight = height - 3 - notes.count - answer.count
        var lines = [heading, numbers].map { RunText.cut($0, to: width) }
        lines += try showsHelp ? help(chartHeight, width) : drawn(width, chartHeight, color)
        lines += notes.map { RunText.cut($0, to: width) }
        lines += answer.map { RunText.cut($0, to: width) }
        lines.append(RunText.cut(Self.keys(run.state == .running), to: width))
        return lines
    }

    private var heading: String {
        let step = metrics.map(\.last.step).max() ?? 0
        let epoch = metrics.compactMap(\.last.epoch).max()
        let parts = [
            run.stateWord, run.duration().map { RunText.duration($0) },
            epoch.map { "epoch \($0)" }, "step \(step)", rate.map { "rate \(RunText.number($0))" },
        ]
        return "\(run.name)  \(parts.compactMap { $0 }.joined(separator: " · "))"
    }

    private var numbers: String {
        // Losses first: what does not fit is cut.
        let parts = ["train/", "validation/", "test/"]
        let shown = metrics.filter { metric in parts.contains { metric.name.hasPrefix($0) } }
        let isLoss = { (metric: MetricSummary) in metric.name.hasSuffix("/loss") }
        return (shown.filter(isLoss) + shown.filter { !isLoss($0) }).map { metric in
            let least = metric.name == "validation/loss" ? metric.low?.value : nil
            return "\(metric.name) \(RunText.number(metric.last.value))"
                + (least.map { " (least \(RunText.number($0)))" } ?? "")
        }.joined(separator: " · ")
    }

    private func drawn(_ width: Int, _ height: Int, _ color: TerminalColor) throws -> [String] {
        guard !panels.isEmpty else {
            return Self.padded(["", "no metric is recorded yet"], to: height)
        }
        var panel = panels[((chart % panels.count) + panels.count) % panels.count]
        // The axis has its name.
        panel.title = ""
        let text = try Figure(panels: [panel], theme: .dark).terminal(
            width: min(width, 1000), height: min(height, 1000), color: color)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Self.padded(lines, to: height)
    }

    private func eventLines() -> [String] {
        events.compactMap { event in
            let text: String
            switch event.kind {
            case "change":
                let reason = event.data["reason"]?.string ?? ""
                text = (event.data["change"]?.string ?? "") + (reason.isEmpty ? "" : "; \(reason)")
            case "resumed": text = "resumed"
            case "failed": text = "failed: \(event.data["error"]?.string ?? "")"
            case "note": text = event.data["text"]?.string ?? ""
            default: return nil
            }
            let author = event.author.isEmpty ? "" : " (\(event.author))"
            return "step \(event.step): \(text)\(author)"
        }
    }

    private static func padded(_ lines: [String], to count: Int) -> [String] {
        Array((lines + Array(repeating: "", count: max(0, count - lines.count))).prefix(count))
    }

    private static func keys(_ isRunning: Bool) -> String {
        isRunning
            ? "space pause · + - rate · c checkpoint · b best · s stop · tab chart · ? keys · q"
            : "tab chart · l log · q leave"
    }

    private func help(_ height: Int, _ width: Int) -> [String] {
        let lines = [
            "space    pause, and go on",
            "+ -      twice the learning rate, or half of it",
            "c        write a checkpoint",
            "b        back to the best epoch",
            ":        any command of `kalsae steer`: set dropout1.rate=0.3,",
            "         rollback 400, rollback 30min, schedule cosine, note TEXT",
            "n        a note that stays with the run",
            "s        stop the training, with what it has",
            "tab      the next chart; l a logarithmic axis",
            "q        leave; the training goes on",
        ]
        return Self.padded([""] + lines.map { RunText.cut($0, to: width) }, to: height)
    }
}
