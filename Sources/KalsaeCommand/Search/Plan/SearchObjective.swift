import KalsaeData
import KalsaeLayers
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// What trials are judged by: something measured on the validation rows, or what the network costs.
struct SearchObjective: Equatable {
    /// Its name, as `accuracy`.
    let name: String
    let direction: Direction

    /// Names beside those of metrics.
    private static let others: [(name: String, direction: Direction)] = [
        ("loss", .minimize), ("f1", .maximize), ("auc", .maximize),
        ("balanced-accuracy", .maximize), ("parameters", .minimize), ("seconds", .minimize),
    ]

    /// All names.
    static var names: [String] {
        [
            "loss", "accuracy", "f1", "auc", "balanced-accuracy", "r2", "mae", "rmse", "parameters",
            "seconds",
        ]
    }

    /// The objective of a name.
    init(_ name: String) throws(KalsaeError) {
        guard Self.names.contains(name) else {
            throw KalsaeError(
                "--objective", expected: "one of \(Self.names.joined(separator: ", "))",
                got: "\"\(name)\"", advice: SpellingSuggestion.advice(name, in: Self.names))
        }
        self.name = name
        let own = Self.others.first { $0.name == name }?.direction
        let isLarger = Metric(rawValue: name)?.isBetterLarger ?? false
        direction = own ?? (isLarger ? .maximize : .minimize)
    }

    /// A value of it in words.
    func text(_ value: Double) -> String {
        if name == "parameters", let count = Int(exactly: value) { return "\(count)" }
        return value.isFinite ? value.short : "\(value)"
    }

    /// Throws where data have no such number.
    func check(for parts: DataParts) throws(KalsaeError) {
        let isOfClasses = !parts.train.targets.classNames.isEmpty
        let wrong =
            isOfClasses ? ["r2", "mae", "rmse"] : ["accuracy", "f1", "auc", "balanced-accuracy"]
        guard wrong.contains(name) else { return }
        let fitting = Self.names.filter { !wrong.contains($0) }
        throw KalsaeError(
            "--objective", expected: "one of \(fitting.joined(separator: ", "))", got: name,
            advice: isOfClasses ? "classes are learned" : "numbers are learned")
    }

    /// Whether it is measured after each epoch, so that trials can be pruned by it.
    var isOfEpochs: Bool { ["loss", "accuracy", "r2", "mae", "rmse"].contains(name) }

    /// The value after an epoch; NaN where it was not measured.
    func value(of record: EpochRecord) -> Double {
        guard let report = record.validation else { return .nan }
        return name == "loss" ? report.loss : metric(report)
    }

    /// The value of a trial.
    func value(of outcome: TrainingRun.Outcome, seconds: Double) -> Double {
        let report = outcome.validation
        return switch name {
        case "loss": report.loss
        case "f1": report.classes?.f1 ?? .nan
        case "auc": report.classes?.areaUnderCurve ?? .nan
        case "balanced-accuracy": report.classes?.balancedAccuracy ?? .nan
        case "parameters": Double(outcome.parameters)
        case "seconds": seconds
        default: metric(report)
        }
    }

    private func metric(_ report: Report) -> Double {
        report.metrics.first { $0.key.rawValue == name }?.value ?? .nan
    }
}
