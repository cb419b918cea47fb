import KalsaeSupport

/// How often a training is written down.
public enum CheckpointInterval: Sendable, Equatable {
    /// At the ends of epochs, at most every two minutes, and within an epoch after ten.
    case automatic
    /// After so many steps, each time.
    case steps(Int)
    /// After so many seconds, at the next step boundary.
    case seconds(Double)
    /// After so many epochs.
    case epochs(Int)

    /// Whether a checkpoint is due.
    ///
    /// - Parameters:
    ///   - steps: the steps of the call.
    ///   - epoch: the epoch that has just ended; nil within one.
    ///   - seconds: since the last checkpoint, or since the beginning.
    func isDue(steps: Int, epoch: Int?, seconds: Double) -> Bool {
        switch self {
        case .automatic: seconds >= (epoch == nil ? 600 : 120)
        case .steps(let interval): epoch == nil && steps % interval == 0
        case .seconds(let interval): seconds >= interval
        case .epochs(let interval): epoch.map { $0 % interval == 0 } ?? false
        }
    }
}

extension CheckpointInterval {
    /// Whether seconds are above 0 and at most some 300 years, which clocks can add.
    private static func isTime(_ seconds: Double) -> Bool { seconds > 0 && seconds <= 1e10 }

    /// Reads `50steps`, `30s`, `2min`, `1h`, `1epoch` or `auto`.
    ///
    /// - Throws: a `KalsaeError` for any other text, and for numbers that are not above 0.
    public init(parsing text: String) throws(KalsaeError) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).trimmingPrefix(" ").lowercased()
        let number = Double(digits)
        let whole = Int(digits)
        switch (unit, number, whole) {
        case ("auto", nil, nil), ("automatic", nil, nil): self = .automatic
        case ("step", _, let count?) where count > 0, ("steps", _, let count?) where count > 0:
            self = .steps(count)
        case ("epoch", _, let count?) where count > 0, ("epochs", _, let count?) where count > 0:
            self = .epochs(count)
        case ("s", let count?, _) where Self.isTime(count): self = .seconds(count)
        case ("min", let count?, _) where Self.isTime(count * 60): self = .seconds(count * 60)
        case ("h", let count?, _) where Self.isTime(count * 3600): self = .seconds(count * 3600)
        default:
            throw KalsaeError(
                "checkpoints", expected: "an interval as 50steps, 30s, 2min, 1h or 1epoch",
                got: "\"\(text)\"")
        }
    }
}
