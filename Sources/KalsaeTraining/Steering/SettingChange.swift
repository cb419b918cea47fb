import KalsaeOptimizers
import KalsaeSupport

/// A change of a training at one of its step boundaries.
public enum SettingChange: Sendable, Equatable {
    /// A setting gets a value: `learningRate`, one of the optimizer as `optimizer.beta1`, or one of a
    /// layer as `dropout1.rate`, where the model is a `Sequential` of specifications. Shapes stay,
    /// and so does what the optimizer remembers.
    case setting(String, SettingValue)
    /// Another schedule, by the steps of the call; nil for a constant rate.
    case schedule(LearningRateSchedule?)
    /// A batch is left out.
    case skip(BatchPosition)
}

extension SettingChange {
    /// Reads `NAME=VALUE`: a number, `true` or `false`, or else text.
    ///
    /// - Throws: a `KalsaeError` where there is no name or no value.
    public init(parsing text: String) throws(KalsaeError) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex,
            text.index(after: sign) < text.endIndex
        else {
            throw KalsaeError(
                "setting", expected: "NAME=VALUE, as in learningRate=3e-4", got: "\"\(text)\"")
        }
        let value = String(text[text.index(after: sign)...])
        let name = String(text[..<sign])
        switch (value, Double(value)) {
        case (_, let number?) where number.isFinite: self = .setting(name, .number(number))
        case ("true", _), ("false", _): self = .setting(name, .flag(value == "true"))
        default: self = .setting(name, .text(value))
        }
    }
}

extension SettingChange: CustomStringConvertible {
    /// The change in words.
    public var description: String {
        switch self {
        case .setting(let name, .number(let number)):
            "\(name) = \(Self.text(of: number))"
        case .setting(let name, let value): "\(name) = \(value)"
        case .schedule(let schedule):
            "schedule \(schedule.flatMap { $0.name } ?? "constant")"
        case .skip(let position): "without batch \(position.batch + 1) of epoch \(position.epoch)"
        }
    }

    /// 3e-05 rather than 2.9999999999999997e-05, which a factor makes.
    private static func text(of number: Double) -> String {
        let short = "\(Float(number))"
        let isSame = Double(short).map { abs($0 - number) <= abs(number) * 1e-12 } ?? false
        return isSame ? short : "\(number)"
    }
}

/// A change with the step that it was made after: a list of them replays what a person, or a
/// ``DivergenceGuard``, did to a training, bit for bit.
public struct Intervention: Sendable, Equatable {
    /// The steps of the call that were taken before it.
    public var step: Int
    /// What was changed.
    public var change: SettingChange
    /// Who or what asked for it, and why.
    public var reason: String

    /// Makes one.
    ///
    /// - Parameters:
    ///   - step: the steps of the call that are taken before it; 0 for the beginning.
    ///   - change: what changes.
    ///   - reason: who or what asks for it, for the record.
    public init(step: Int, _ change: SettingChange, reason: String = "") {
        (self.step, self.change, self.reason) = (step, change, reason)
    }
}

extension Intervention: Codable {
    private enum Key: String, CodingKey { case step, set, to, schedule, skip, reason }

    /// Reads `{"step": 300, "set": "learningRate", "to": 0.001}`, or `schedule` or `skip` instead.
    public init(from decoder: any Decoder) throws {
        let file = try decoder.container(keyedBy: Key.self)
        step = try file.decode(Int.self, forKey: .step)
        reason = try file.decodeIfPresent(String.self, forKey: .reason) ?? ""
        if let name = try file.decodeIfPresent(String.self, forKey: .set) {
            change = .setting(name, try file.decode(SettingValue.self, forKey: .to))
        } else if let position = try file.decodeIfPresent(BatchPosition.self, forKey: .skip) {
            change = .skip(position)
        } else {
            change = .schedule(
                try file.decode(LearningRateSchedule?.self, forKey: .schedule))
        }
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var file = encoder.container(keyedBy: Key.self)
        try file.encode(step, forKey: .step)
        if !reason.isEmpty { try file.encode(reason, forKey: .reason) }
        switch change {
        case .setting(let name, let value):
            try file.encode(name, forKey: .set)
            try file.encode(value, forKey: .to)
        case .schedule(let schedule): try file.encode(schedule, forKey: .schedule)
        case .skip(let position): try file.encode(position, forKey: .skip)
        }
    }
}
