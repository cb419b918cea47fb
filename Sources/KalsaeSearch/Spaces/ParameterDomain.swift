import KalsaeSupport

/// What values a parameter may take.
public enum ParameterDomain: Hashable, Sendable {
    /// Real numbers from `low` to `high`; with a `step` only low, low + step, low + 2 step, ….
    case real(low: Double, high: Double, scale: ParameterScale = .linear, step: Double? = nil)
    /// Whole numbers, in steps of at least 1.
    case integer(low: Int, high: Int, scale: ParameterScale = .linear, step: Int = 1)
    /// One of some values without an order.
    case choice([ParameterValue])

    /// The same with a range.
    public static func real(
        _ range: ClosedRange<Double>, scale: ParameterScale = .linear, step: Double? = nil
    ) -> ParameterDomain {
        .real(low: range.lowerBound, high: range.upperBound, scale: scale, step: step)
    }

    /// The same with a range.
    public static func integer(
        _ range: ClosedRange<Int>, scale: ParameterScale = .linear, step: Int = 1
    ) -> ParameterDomain {
        .integer(low: range.lowerBound, high: range.upperBound, scale: scale, step: step)
    }

    /// The number of values; nil where they are continuous.
    public var count: Int? {
        switch self {
        case .choice(let options): return options.count
        case .real, .integer:
            guard let map else { return nil }
            return map.isSingle ? 1 : map.step > 0 ? Int(map.lastStep) + 1 : nil
        }
    }

    /// Whether a value may be taken; whole numbers count as real ones.
    public func contains(_ value: ParameterValue) -> Bool {
        switch self {
        case .choice(let options): return options.contains(value)
        case .integer(let low, let high, _, let step):
            guard case .integer(let value) = value else { return false }
            return value >= low && value <= high && (value - low) % step == 0
        case .real(let low, let high, _, let step):
            guard let x = value.number, x >= low, x <= high else { return false }
            guard let step else { return true }
            let count = (x - low) / step
            return abs(count - count.rounded()) < 1e-6
        }
    }

    var map: UnitMap? {
        switch self {
        case .real(let low, let high, let scale, let step):
            UnitMap(low: low, high: high, scale: scale, step: step ?? 0)
        case .integer(let low, let high, let scale, let step):
            UnitMap(low: Double(low), high: Double(high), scale: scale, step: Double(step))
        case .choice: nil
        }
    }

    /// Refuses what no sampler could draw from.
    func check(_ name: String) throws(KalsaeError) {
        switch self {
        case .choice(let options):
            guard !options.isEmpty else {
                throw KalsaeError(name, expected: "at least one choice", got: "none")
            }
            guard Set(options).count == options.count else {
                throw KalsaeError(
                    name, expected: "each choice once",
                    got: options.map(\.description).joined(separator: ", "))
            }
        case .integer(let low, let high, let scale, let step):
            guard step >= 1 else {
                throw KalsaeError(name, expected: "a step of at least 1", got: "\(step)")
            }
            guard low.magnitude <= 1 << 53, high.magnitude <= 1 << 53 else {
                throw KalsaeError(
                    name, expected: "bounds within ±2^53", got: "\(low)...\(high)")
            }
            try Self.check(name, Double(low), Double(high), "\(low)...\(high)", scale)
        case .real(let low, let high, let scale, let step):
            guard step ?? 1 > 0, (step ?? 1).isFinite else {
                throw KalsaeError(name, expected: "a step above 0", got: "\(step ?? 1)")
            }
            try Self.check(name, low, high, "\(low)...\(high)", scale)
            if let step, (high - low) / step > 0x1p53 {
                throw KalsaeError(name, expected: "at most 2^53 steps", got: "a step of \(step)")
            }
        }
    }

    private static func check(
        _ name: String, _ low: Double, _ high: Double, _ text: String, _ scale: ParameterScale
    ) throws(KalsaeError) {
        guard low.isFinite, high.isFinite, (high - low).isFinite, low <= high else {
            throw KalsaeError(
                name, expected: "a range from a lower to an upper finite bound", got: text)
        }
        guard scale.allows(low: low, high: high) else {
            throw KalsaeError(
                name, expected: scale.rule, got: text, advice: "move the bound, or search linearly")
        }
    }
}

extension ParameterDomain: CustomStringConvertible {
    /// As in `1e-06...0.01 log` or `sgd | adam`.
    public var description: String {
        switch self {
        case .choice(let options): options.map(\.description).joined(separator: " | ")
        case .real(let low, let high, let scale, let step):
            "\(low)...\(high)" + (scale == .linear ? "" : " \(scale)")
                + (step.map { " step \($0)" } ?? "")
        case .integer(let low, let high, let scale, let step):
            "\(low)...\(high)" + (scale == .linear ? "" : " \(scale)")
                + (step == 1 ? "" : " step \(step)")
        }
    }
}
