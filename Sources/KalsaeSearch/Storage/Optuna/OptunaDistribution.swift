import KalsaeFiles
import KalsaeSupport

/// What a file of Optuna says of a parameter: its domain, and the JSON that it came with.
struct OptunaDistribution: Sendable {
    let domain: ParameterDomain
    let text: String

    /// A distribution of a domain. Optuna has no scale of 1 − x and no steps on logarithms: the first
    /// is linear there, the second goes in steps of 1.
    init(_ domain: ParameterDomain) {
        self.domain = domain
        let (name, attributes): (String, JSONValue) =
            switch domain {
            case .choice(let options):
                ("CategoricalDistribution", ["choices": .array(options.map(\.json))])
            case .integer(let low, let high, let scale, let step):
                (
                    "IntDistribution",
                    [
                        "log": .bool(scale == .log), "step": .integer(scale == .log ? 1 : step),
                        "low": .integer(low), "high": .integer(high),
                    ]
                )
            case .real(let low, let high, let scale, let step):
                (
                    "FloatDistribution",
                    [
                        "step": scale == .log ? .null : step.map { .number($0) } ?? .null,
                        "low": .number(low), "high": .number(high), "log": .bool(scale == .log),
                    ]
                )
            }
        text =
            JSONValue.object([
                .init("name", .string(name)), .init("attributes", attributes),
            ]).text
    }

    /// The distribution of JSON; the choice `null` of Python is the text `null`.
    init(json text: String, of name: String) throws(KalsaeError) {
        let json = try JSONValue(parsing: text, subject: name)
        self.text = text
        let attributes = json["attributes"]
        let scale: ParameterScale = attributes?["log"]?.bool == true ? .log : .linear
        switch json["name"]?.string {
        case "CategoricalDistribution":
            domain = .choice(
                (attributes?["choices"]?.array ?? []).map {
                    ParameterValue(json: $0) ?? .text($0.text)
                })
        case "IntDistribution":
            guard let low = attributes?["low"]?.integer, let high = attributes?["high"]?.integer
            else { throw Self.unknown(name, text) }
            domain = .integer(
                low: low, high: high, scale: scale, step: attributes?["step"]?.integer ?? 1)
        case "FloatDistribution":
            guard let low = attributes?["low"]?.number, let high = attributes?["high"]?.number
            else { throw Self.unknown(name, text) }
            domain = .real(
                low: low, high: high, scale: scale, step: attributes?["step"]?.number)
        default: throw Self.unknown(name, text)
        }
    }

    private static func unknown(_ name: String, _ text: String) -> KalsaeError {
        KalsaeError(name, expected: "a float, int or categorical distribution", got: text)
    }

    /// A value as Optuna stores it: the number, or the index of the choice.
    func stored(_ value: ParameterValue) -> Double? {
        guard case .choice(let options) = domain else { return value.number }
        return options.firstIndex(of: value).map(Double.init)
    }

    /// The value of a stored number; nil where there is no such choice.
    func value(_ stored: Double) -> ParameterValue? {
        switch domain {
        case .choice(let options):
            guard stored >= 0, stored < Double(options.count) else { return nil }
            return options[Int(stored)]
        case .integer: return stored.magnitude < 0x1p62 ? .integer(Int(stored)) : nil
        case .real:
            let value = ParameterValue.real(stored)
            return domain.contains(value) ? value : nil
        }
    }
}
