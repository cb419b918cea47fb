import KalsaeRuns
import KalsaeSupport

/// What the record of a table's default learning says: the losses of its candidates on rows held out.
struct TableCurves {
    private let commands: RunCommands
    private let say: TextLanguage
    private var candidates: [(name: String, points: [MetricPoint])] = []
    private let validation: Double?
    private let test: Double?

    private static let parts: Set<String> = ["train", "validation", "test", "time"]

    init(
        _ run: Run, in store: Store, _ commands: RunCommands, _ language: TextLanguage
    ) throws(KalsaeError) {
        (self.commands, say) = (commands, language)
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
            say("losses on rows held out: ", "따로 둔 행의 손실: ")
            + best.prefix(4).map {
                "\($0.name) \($0.first.short)" + say(" to ", " → ") + $0.least.short
            }.joined(separator: ", ")
        let numbers = best.map { ($0.name, $0.least) }
        guard best.contains(where: { $0.least < 0.98 * $0.first }) else {
            return Finding(
                "candidates", .notice,
                text
                    + say(
                        ": none got much better than in its first epoch",
                        ". 어느 것도 첫 에포크보다 크게 나아지지 않았습니다"),
                numbers,
                remedy: say(
                    "columns that tell more, or a look at what they are taken for",
                    "더 많은 것을 알려 주는 열을 쓰거나, 열의 유형이 맞는지 살펴보세요"),
                command: commands.info)
        }
        return Finding(
            "candidates", .good,
            text + say("; \(winner.name) is the best alone", ". 하나만 보면 \(winner.name)이(가) 가장 좋습니다"),
            numbers)
    }

    /// Rows held out against the test's.
    private var heldOut: Finding? {
        guard !candidates.isEmpty, let validation, let test, validation > 0 else { return nil }
        let text = say(
            "the loss is \(validation.short) on rows held out, \(test.short) on the test's",
            "손실은 따로 둔 행에서 \(validation.short), 테스트 행에서 \(test.short)입니다")
        let numbers = [("validation loss", validation), ("test loss", test)]
        guard test > 1.5 * validation else { return Finding("test", .good, text, numbers) }
        return Finding(
            "test", .notice, text + say(": they are far apart", ". 차이가 큽니다"), numbers,
            remedy: say(
                "look whether the test's rows are of another time or source; --group and --time keep "
                    + "such rows together",
                "테스트 행의 시기나 출처가 다른지 살펴보세요. --group과 --time은 그런 행을 한데 둡니다"))
    }
}
