import ArgumentParser
import KalsaeFiles
import KalsaeRuns

struct RunsTree: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Draw which run branched from which, and at which step.",
        discussion: """
            Example:
              kalsae runs tree iris
            """)

    @Argument(
        help: ArgumentHelp(
            "The run to begin with; without it, all runs.", valueName: "run"),
        completion: NameCompletion.runs)
    var wanted: String?

    @OptionGroup var location: RunsOptions

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let store = try location.store(for: .reading)
        // Oldest first, as they grew.
        let all = Array(try store.runs().reversed())
        let children = Dictionary(grouping: all) { $0.parent ?? "" }
        let roots = try wanted.map { [try store.run($0)] } ?? children[""] ?? []
        // Below each run its branches, with a stack instead of calls.
        var stack = roots.reversed().map { (run: $0, stem: "", arm: "", depth: 0) }
        var entries: [JSONValue] = []
        while let (run, stem, arm, depth) = stack.popLast() {
            if json {
                entries.append(
                    [
                        "id": .string(run.id), "name": .string(run.name),
                        "state": .string(run.state.rawValue), "depth": .integer(depth),
                        "parent": run.parent.map { .string($0) } ?? .null,
                        "parent_step": run.parentStep.map { .integer($0) } ?? .null,
                    ])
            } else {
                let step = run.parentStep.map { " at step \($0)" } ?? ""
                let line = "\(stem)\(arm)\(run.name)\(step), \(run.stateWord) \(run.id)"
                try Console.print(RunText.cut(line, to: RunText.width))
            }
            let below = children[run.id] ?? []
            let next = stem + (arm.isEmpty ? "" : arm == "└─ " ? "   " : "│  ")
            for (index, child) in below.enumerated().reversed() {
                let isLast = index == below.count - 1
                stack.append((child, next, isLast ? "└─ " : "├─ ", depth + 1))
            }
        }
        if json { try Console.print(["runs": .array(entries)] as JSONValue) }
    }
}
