import ArgumentParser
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

struct RunsCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Show where the settings of runs differ, and the last values of their metrics.",
        discussion: """
            Examples:
              kalsae runs compare iris iris-2
              kalsae runs compare iris iris-2 --all --json
            """)

    @Argument(help: "Two runs or more: ids, beginnings of ids, names, or last.")
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
        let metrics = Self.rows(
            try found.map { run in
                try store.metrics(of: run).map { ($0.name, $0.last.value.jsonWithSpecials) }
            })
        if json {
            func object(_ rows: [Row]) -> JSONValue {
                .object(
                    rows.map { row in
                        JSONValue.Member(row.title, .array(row.cells.map { $0 ?? .null }))
                    })
            }
            return try Console.print(
                [
                    "runs": .array(found.map { .string($0.id) }),
                    "names": .array(found.map { .string($0.name) }),
                    "settings": object(settings), "metrics": object(metrics),
                ] as JSONValue)
        }
        try print([Row(title: "run", cells: found.map { .string($0.name) })] + settings + metrics)
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
            JSONValue.Member("seed", seed), JSONValue.Member("data", .string(run.dataFingerprint)),
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
        func text(_ cell: JSONValue?, _ width: Int) -> String {
            if case .number(let value)? = cell { return RunText.number(value) }
            return RunText.cut(RunText.value(cell), to: width)
        }
        guard cellWidth < 8 else {
            for row in rows {
                var line = RunText.cut(row.title, to: titleWidth)
                line += String(repeating: " ", count: titleWidth - DisplayWidth.of(line))
                for cell in row.cells {
                    let text = text(cell, cellWidth)
                    line += "  "
                    line += String(repeating: " ", count: max(cellWidth - DisplayWidth.of(text), 0))
                    line += text
                }
                try Console.print(line)
            }
            return
        }
        for row in rows.dropFirst() {
            try Console.print(RunText.cut(row.title, to: RunText.width))
            for (name, cell) in zip(rows[0].cells, row.cells) {
                let line = "  \(RunText.value(name)): \(text(cell, RunText.width))"
                try Console.print(RunText.cut(line, to: RunText.width))
            }
        }
    }
}
