import KalsaeFiles
import KalsaeGraph
import KalsaeRuns
import KalsaeSupport
import KalsaeTensor

/// What a training computes with: its device, in what numbers, by how many ranks and in how many parts of
/// a batch.
struct ComputingSettings: Equatable {
    /// The device without its number, as in `cuda`.
    var device = "cpu"
    /// The numbers of products.
    var precision = "float32"
    /// The processes that train together.
    var ranks = 1
    /// The parts that a batch is cut into.
    var microBatches = 1

    /// The kind of event that records the ranks of a run, and the member of its data.
    static let (event, count) = ("ranks", "count")

    /// Those of this process.
    init(microBatches: Int = 1) {
        device = Self.kind(EnvironmentFlag.device.value)
        precision = Self.name(EnvironmentFlag.precision.value)
        ranks = LaunchedProcess.rankCount
        self.microBatches = microBatches
    }

    /// Those of a recorded run.
    ///
    /// - Parameter events: those that say its ranks, of which the last counts.
    init(of run: Run, _ events: [RunEvent]) {
        let configuration = run.configuration
        if let text = configuration["device"]?.string { device = Self.kind(text) }
        if let text = configuration["precision"]?.string { precision = Self.name(text) }
        microBatches = configuration["micro-batches"]?.integer ?? 1
        ranks = events.last { $0.kind == Self.event }?.data[Self.count]?.integer ?? 1
    }

    /// Those that are not the usual ones in words, as in `device cuda, bfloat16, 4 ranks`.
    var words: [String] {
        var words: [String] = []
        if device != "cpu" { words.append("device \(device)") }
        if precision != "float32" { words.append(precision) }
        if ranks > 1 { words.append(ranks.counting("rank")) }
        if microBatches > 1 { words.append("\(microBatches) micro-batches") }
        return words
    }

    /// All of them for `--json`.
    var members: [JSONValue.Member] {
        [
            JSONValue.Member("device", .string(device)),
            JSONValue.Member("precision", .string(precision)),
            JSONValue.Member("ranks", .integer(ranks)),
            JSONValue.Member("micro_batches", .integer(microBatches)),
        ]
    }

    /// What differs from those with which a run began, as in `device cpu instead of cuda`; nil where
    /// nothing does.
    func difference(from first: ComputingSettings) -> String? {
        let pairs = [
            ("device \(device)", device, first.device),
            ("precision \(precision)", precision, first.precision),
            (ranks.counting("rank"), "\(ranks)", "\(first.ranks)"),
            (
                microBatches.counting("micro-batch", "micro-batches"), "\(microBatches)",
                "\(first.microBatches)"
            ),
        ].filter { $0.1 != $0.2 }
        guard !pairs.isEmpty else { return nil }
        return pairs.map { "\($0.0) instead of \($0.2)" }.joined(separator: ", ")
    }

    private static func kind(_ device: String) -> String { String(device.prefix { $0 != ":" }) }

    private static func name(_ precision: String) -> String {
        (try? Precision(named: precision))?.rawValue ?? precision
    }
}
