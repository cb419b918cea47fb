import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

struct RunsCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract:
            "Show where the settings of runs differ, and the last and best values of their metrics.",
        discussion: """
            Examples:
              kalsae runs compare iris iris-2
              kalsae runs compare iris iris-2 --all --json
            """)

    @Argument(
        help: "Two runs or more: ids, beginnings of ids, names, or last.",
        completion: NameCompletion.runs)
    var runs: [String]

    @Flag(help: "Show settings that are equal too.")
    var all = false

    @OptionGroup var location: RunsOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    private struct Row {
        var title: String
        var cells: [JSONValue?]
    }

    func run() throws {
        guard runs.count >= 2 else {
            throw KalsaeError("runs", expected: "at least two to compare", got: "\(runs.count)")
        }
        let store = try location.store(for: .reading)
        let found = try runs.map { try store.run($0) }
        let settings = Self.rows(found.map { RunText.leaves(Self.settings($0)) })
            .filter { row in all || row.cells.contains { !Self.isSame($0, row.cells[0]) } }
        let measured = try found.map { try store.metrics(of: $0) }
        if json {
            func object(_ rows: [Row]) -> JSONValue {
                .object(
                    rows.map { row in
                        JSONValue.Member(row.title, .array(row.cells.map { $0 ?? .null }))
                    })
            }
            let last = Self.rows(
                measured.map { all in all.map { ($0.name, $0.last.value.jsonWithSpecials) } })
            let best = Self.rows(
                measured.map { all in
                    all.compactMap { one in one.best.map { (one.name, $0.jsonWithSpecials) } }
                })
            return try Console.print(
                [
                    "runs": .array(found.map { .string($0.id) }),
                    "names": .array(found.map { .string($0.name) }),
                    "settings": object(settings), "metrics": object(last),
                    "best": object(best),
                ] as JSONValue)
        }
        let metrics = Self.rows(measured.map { all in all.flatMap(Self.lastAndBest) })
        try print(
            [Row(title: "run", cells: found.map { .string($0.name) })]
                + settings.map(Self.inWords) + metrics)
    }

    /// The last value of a metric, and its best where there are several.
    private static func lastAndBest(_ metric: MetricSummary) -> [(String, JSONValue)] {
        let last = (metric.name, metric.last.value.jsonWithSpecials)
        guard metric.count > 1, let best = metric.best else { return [last] }
        return [last, ("\(metric.name), best", best.jsonWithSpecials)]
    }

    /// Changes of a training as `step 100: learningRate 0.0003`; other settings as they are.
    private static func inWords(_ row: Row) -> Row {
        guard row.title == "interventions" else { return row }
        var row = row
        row.cells = row.cells.map { cell in
            let bytes = Data((cell?.text ?? "").utf8)
            guard let list = try? JSONDecoder().decode([Intervention].self, from: bytes) else {
                return cell
            }
            let changes = list.map { one in
                "step \(one.step): \(one.change.description.replacing(" = ", with: " "))"
            }
            return .string(changes.joined(separator: ", "))
        }
        return row
    }

    /// Whether two values mean the same: `0.001` and `1e-3`, as a number or as a text.
    private static func isSame(_ one: JSONValue?, _ other: JSONValue?) -> Bool {
        func number(_ value: JSONValue?) -> Double? {
            value?.number ?? value?.string.flatMap(Double.init)
        }
        if let left = number(one), let right = number(other) { return left == right }
        return one == other
    }

    /// What a run was given: its configuration, and what stands beside it.
    private static func settings(_ run: Run) -> JSONValue {
        var members = run.configuration.members ?? []
        let seed = run.seed.map { JSONValue.string("\($0)") } ?? .null
        members += [
            JSONValue.Member("seed", seed),
            JSONValue.Member("data fingerprint", .string(run.dataFingerprint)),
            JSONValue.Member("version", .string(run.version)),
            JSONValue.Member("commit", .string(run.commit)),
        ]
        return .object(members)
    }

    /// A row for each title, in the order of their first run.
    private static func rows(_ columns: [[(String, JSONValue)]]) -> [Row] {
        var (order, cells) = ([String](), [String: [JSONValue?]]())
        for (index, column) in columns.enumerated() {
            for (title, value) in column {
                if cells[title] == nil { order.append(title) }
                let empty = [JSONValue?](repeating: nil, count: columns.count)
                cells[title, default: empty][index] = value
            }
        }
        return order.map { Row(title: $0, cells: cells[$0] ?? []) }
    }

    /// A table where the runs fit beside each other, else a line for each run.
    private func print(_ rows: [Row]) throws {
        let count = rows[0].cells.count
        let titleWidth = min(rows.map { DisplayWidth.of($0.title.printable) }.max() ?? 0, 30)
        let cellWidth = (RunText.width - titleWidth) / count - 2
        let names = rows[0].cells
        for (index, row) in rows.enumerated() {
            let isLong = row.cells.contains { DisplayWidth.of(Self.text($0)) > cellWidth }
            guard cellWidth >= 8, index == 0 || !isLong else {
                if index > 0 { try printBelow(row, names) }
                continue
            }
            var line = RunText.cut(row.title, to: titleWidth)
            line += String(repeating: " ", count: titleWidth - DisplayWidth.of(line))
            for cell in row.cells {
                let text = RunText.cut(Self.text(cell), to: cellWidth)
                line += "  "
                line += String(repeating: " ", count: max(cellWidth - DisplayWidth.of(text), 0))
                line += text
            }
            try Console.print(line)
        }
    }

    private static func text(_ cell: JSONValue?) -> String {
        if case .number(let value)? = cell { return RunText.number(value) }
        return RunText.value(cell).printable
    }

    /// A line for each run below the title, as long as it is: what differs may stand at its end.
    private func printBelow(_ row: Row, _ names: [JSONValue?]) throws {
        try Console.print(RunText.cut(row.title, to: RunText.width))
        for (name, cell) in zip(names, row.cells) {
            let name = RunText.cut(RunText.value(name), to: 30)
            try Console.print("  \(name): \(Self.text(cell))")
        }
    }
}
