import KalsaeFiles
import KalsaeSupport

/// A parameter as text or as YAML says it.
///
/// Text: `1e-6..1e-2 log`, `.5..999 log1m`, `8..512 step 8`, `0..1 real`, `sgd | adam`, each followed by
/// `when optimizer=sgd` where it is there under a choice only. YAML also takes a list of choices, and
/// an object with `from`, `to`, `scale`, `step`, `choices`, `when`.
package enum SpaceText {
    /// Whether bounds that are whole numbers mean a whole number.
    package enum Kind { case byBounds, real }

    /// A parameter from text.
    package static func parameter(
        _ name: String, _ text: String, kind: Kind
    ) throws(KalsaeError) -> Parameter {
        var text = text.trimmed
        var condition: ParameterCondition?
        if let range = text.firstRange(of: " when ") {
            condition = try self.condition(name, text[range.upperBound...].trimmed)
            text = text[..<range.lowerBound].trimmed
        }
        let domain =
            try text.contains("..") ? range(name, text, kind) : .choice(choices(name, text, kind))
        return try Parameter(name, domain, when: condition)
    }

    /// A parameter from a value of YAML or JSON.
    package static func parameter(
        _ name: String, _ json: JSONValue, kind: Kind
    ) throws(KalsaeError) -> Parameter {
        if let text = json.string { return try parameter(name, text, kind: kind) }
        if let list = json.array { return try Parameter(name, .choice(try choices(name, list))) }
        guard let members = json.members else {
            throw KalsaeError(name, expected: usage, got: json.text)
        }
        let known = ["from", "to", "scale", "step", "choices", "when"]
        for member in members where !known.contains(member.key) {
            throw KalsaeError(
                name, expected: known.joined(separator: ", "), got: "\"\(member.key)\"",
                advice: SpellingSuggestion.advice(member.key, in: known))
        }
        var condition: ParameterCondition?
        if let json = json["when"] {
            guard let members = json.members, members.count == 1, let when = members.first else {
                throw KalsaeError(
                    name, expected: "one choice with its values, as when: {optimizer: sgd}",
                    got: json.text)
            }
            let list = when.value.array ?? [when.value]
            condition = ParameterCondition(when.key, isOneOf: try choices(name, list))
        }
        if let given = json["choices"] {
            guard let list = given.array, json["from"] == nil, json["to"] == nil else {
                throw KalsaeError(
                    name, expected: "a list of choices, or from and to", got: json.text)
            }
            return try Parameter(name, .choice(try choices(name, list)), when: condition)
        }
        guard let low = json["from"], let high = json["to"] else {
            throw KalsaeError(name, expected: usage, got: json.text)
        }
        var text = "\(low.string ?? low.text)..\(high.string ?? high.text)"
        if let scale = json["scale"] { text += " \(scale.string ?? scale.text)" }
        if let step = json["step"] { text += " step \(step.text)" }
        return try Parameter(name, try range(name, text, kind), when: condition)
    }

    /// A value of a parameter from text.
    package static func value(
        _ text: String, of parameter: Parameter
    ) throws(KalsaeError) -> ParameterValue {
        let value: ParameterValue?
        switch parameter.domain {
        case .choice(let options): value = options.first { $0.description == text }
        case .integer: value = Int(text).map { .integer($0) }
        case .real: value = Double(text).map { .real($0) }
        }
        guard let value, parameter.domain.contains(value) else {
            throw KalsaeError(
                parameter.name, expected: "a value of \(parameter.domain)", got: "\"\(text)\"")
        }
        return value
    }

    /// Σ factor · parameter ≤ limit from `second <= first` or `2 * a + b <= 100`.
    package static func constraint(_ text: String) throws(KalsaeError) -> SpaceConstraint {
        let isAtLeast = text.contains(">=")
        let sides = text.split(separator: isAtLeast ? ">=" : "<=").map { String($0) }
        guard sides.count == 2 else {
            throw KalsaeError(
                "constraint", expected: "as in: second <= first, or 2 * a + b <= 100",
                got: "\"\(text)\"")
        }
        var (terms, limit): ([SpaceConstraint.Term], Double) = ([], 0)
        for (side, sign) in zip(isAtLeast ? sides.reversed() : sides, [1.0, -1.0]) {
            // A number that no parameter follows belongs to the limit.
            var (factor, number, isNamed) = (sign, nil as Double?, false)
            for word in side.split(separator: " ").map(String.init) + ["+"] {
                switch word {
                case "+", "-":
                    if let number { limit -= factor * number }
                    (factor, number, isNamed) = (word == "+" ? sign : -sign, nil, false)
                case "*": continue
                default:
                    if let value = Double(word) {
                        number = (number ?? 1) * value
                        continue
                    }
                    guard !isNamed else {
                        throw KalsaeError(
                            "constraint", expected: "sums of settings, as in 2 * a + b <= 100",
                            got: "\"\(text)\"")
                    }
                    isNamed = true
                    let whole = factor * (number ?? 1)
                    terms.append(SpaceConstraint.Term(parameter: word, factor: whole))
                    number = nil
                }
            }
        }
        return SpaceConstraint(terms: terms, limit: limit)
    }

    private static let usage = "a range as 1e-4..1e-1 log, or choices as sgd | adam"

    private static func range(
        _ name: String, _ text: String, _ kind: Kind
    ) throws(KalsaeError) -> ParameterDomain {
        let words = text.replacing(",", with: " ").split(separator: " ").map(String.init)
        let separator = text.contains("...") ? "..." : ".."
        guard let bounds = words.first?.split(separator: separator).map(String.init),
            bounds.count == 2, let low = Double(bounds[0]), let high = Double(bounds[1])
        else { throw KalsaeError(name, expected: usage, got: "\"\(text)\"") }
        var (scale, step) = (ParameterScale.linear, nil as Double?)
        var isInteger = kind == .byBounds && bounds.allSatisfy { Int($0) != nil }
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            switch word {
            case "log": scale = .log
            case "log1m", "logOneMinus": scale = .logOneMinus
            case "linear": scale = .linear
            case "real": isInteger = false
            case "integer", "int": isInteger = true
            case "step":
                step = rest.popFirst().flatMap(Double.init)
                guard step != nil else {
                    throw KalsaeError(name, expected: "a number behind step", got: "\"\(text)\"")
                }
            default:
                throw KalsaeError(
                    name, expected: "log, log1m, linear, integer, real, or step with a number",
                    got: "\"\(word)\"")
            }
        }
        guard isInteger else { return .real(low: low, high: high, scale: scale, step: step) }
        guard let first = Int(exactly: low), let last = Int(exactly: high),
            let whole = Int(exactly: step ?? 1)
        else {
            throw KalsaeError(name, expected: "whole numbers", got: "\"\(text)\"")
        }
        return .integer(low: first, high: last, scale: scale, step: whole)
    }

    private static func choices(
        _ name: String, _ text: String, _ kind: Kind
    ) throws(KalsaeError) -> [ParameterValue] {
        let choices = text.choices
        let isJSON = text.hasPrefix("[") || text.hasPrefix("{")
        if choices.count == 1, text.contains(","), !isJSON {
            throw KalsaeError(
                name, expected: usage, got: "\"\(text)\"",
                advice: "did you mean \(text.replacing(",", with: "|"))?")
        }
        guard kind == .byBounds || choices.allSatisfy({ $0.number != nil }) else {
            throw KalsaeError(name, expected: usage, got: "\"\(text)\"")
        }
        return choices
    }

    private static func condition(
        _ name: String, _ text: String
    ) throws(KalsaeError) -> ParameterCondition {
        let parts = text.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
        guard parts.count == 2, !parts[0].isEmpty else {
            throw KalsaeError(name, expected: "when NAME=VALUE", got: "\"when \(text)\"")
        }
        return ParameterCondition(parts[0], isOneOf: parts[1].choices)
    }

    private static func choices(
        _ name: String, _ list: [JSONValue]
    ) throws(KalsaeError) -> [ParameterValue] {
        var values: [ParameterValue] = []
        for element in list {
            switch element {
            case .integer(let value): values.append(.integer(value))
            case .number(let value): values.append(.real(value))
            case .bool(let value): values.append(.flag(value))
            default: values.append(.text(element.string ?? element.text))
            }
        }
        return values
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension String {
    /// `a | b | c`, numbers as numbers.
    fileprivate var choices: [ParameterValue] {
        split(separator: "|", omittingEmptySubsequences: false).map { part in
            let text = part.trimmed
            if let whole = Int(text) { return .integer(whole) }
            if let number = Double(text), number.isFinite { return .real(number) }
            return text == "true" || text == "false" ? .flag(text == "true") : .text(text)
        }
    }
}
