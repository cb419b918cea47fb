import KalsaeRuns
import KalsaeSupport

/// What the record of a table's default learning says: the losses of its candidates on rows held out.
struct TableCurves {
    private let commands: RunCommands
    private var candidates: [(name: String, points: [MetricPoint])] = []
    private let validation: Double?
    private let test: Double?

    private static let parts: Set<String> = ["train", "validation", "test", "time"]

    init(_ run: Run, in store: Store, _ commands: RunCommands) throws(KalsaeError) {
        self.commands = commands
        let names = try store.metrics(of: run).map(\.name)
        for name in names where name.hasSuffix("/loss") {
            let candidate = String(name.dropLast(5))
            guard !Self.parts.contains(candidate) else { continue }
            candidates.append((candidate, try store.points(name, of: run)))
        }
        func last(_ name: String) throws(KalsaeError) -> Double? {
            names.contains(name) ? try store.points(name, of: run).last?.value : nil
        }
        validation = try last("validation/loss")
        test = try last("test/loss")
    }

    /// The findings; none for the run of one network.
    var findings: [Finding] { [learning, heldOut].compactMap { $0 } }

    /// The best epoch of each candidate, and whether any got better than it began.
    private var learning: Finding? {
        let best = candidates.compactMap {
            candidate -> (name: String, first: Double, least: Double)? in
            let values = candidate.points.map(\.value).filter(\.isFinite)
            guard let first = values.first, let least = values.min() else { return nil }
            return (candidate.name, first, least)
        }.sorted { $0.least < $1.least }
        guard let winner = best.first else { return nil }
        let text =
            "losses on rows held out: "
            + best.prefix(4).map { "\($0.name) \($0.first.short) to \($0.least.short)" }
            .joined(separator: ", ")
        let numbers = best.map { ($0.name, $0.least) }
        guard best.contains(where: { $0.least < 0.98 * $0.first }) else {
            return Finding(
                "candidates", .notice, "\(text): none got much better than in its first epoch",
                numbers,
                remedy: "columns that tell more, or a look at what they are taken for",
                command: commands.info)
        }
        return Finding("candidates", .good, "\(text); \(winner.name) is the best alone", numbers)
    }

    /// Rows held out against the test's.
    private var heldOut: Finding? {
        guard !candidates.isEmpty, let validation, let test, validation > 0 else { return nil }
        let text = "the loss is \(validation.short) on rows held out, \(test.short) on the test's"
        let numbers = [("validation loss", validation), ("test loss", test)]
        guard test > 1.5 * validation else { return Finding("test", .good, text, numbers) }
        return Finding(
            "test", .notice, "\(text): they are far apart", numbers,
            remedy:
                "look whether the test's rows are of another time or source; --group and --time keep "
                + "such rows together")
    }
}
