import KalsaeFiles
import KalsaeSupport

extension ParameterValue {
    /// The value as JSON: real numbers with a point or an exponent, whole numbers without.
    public var json: JSONValue {
        switch self {
        case .real(let value): .number(value)
        case .integer(let value): .integer(value)
        case .text(let value): .string(value)
        case .flag(let value): .bool(value)
        }
    }

    /// The value of a JSON number, text or truth value; nil for anything else.
    public init?(json: JSONValue) {
        switch json {
        case .number(let value): self = .real(value)
        case .integer(let value): self = .integer(value)
        case .string(let value): self = .text(value)
        case .bool(let value): self = .flag(value)
        case .null, .array, .object: return nil
        }
    }
}

extension Assignment {
    /// An object with a member for each parameter.
    public var json: JSONValue {
        .object(zip(names, values).map { JSONValue.Member($0, $1.json) })
    }

    /// Parameters of a JSON object.
    public init(json: JSONValue, subject: String) throws(KalsaeError) {
        self.init()
        guard let members = json.members else {
            throw KalsaeError(subject, expected: "an object of parameters", got: json.text)
        }
        for member in members {
            guard let value = ParameterValue(json: member.value) else {
                throw KalsaeError(
                    "\(subject), \(member.key)", expected: "a number, a text, true or false",
                    got: member.value.text)
            }
            self[member.key] = value
        }
    }
}
