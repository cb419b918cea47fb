import KalsaeSupport

/// The value of a setting as plain data, as JSON and YAML have it.
public enum SettingValue: Hashable, Sendable {
    /// A number.
    case number(Double)
    /// True or false.
    case flag(Bool)
    /// Text, as the name of a choice.
    case text(String)
    /// Several values.
    case list([SettingValue])
    /// Settings by name, as those of an optimizer inside of a wrapper.
    case settings([String: SettingValue])
}

extension SettingValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Several values.
    public init(arrayLiteral values: SettingValue...) { self = .list(values) }
    /// Settings by name; of a name that is there twice the last value counts.
    public init(dictionaryLiteral settings: (String, SettingValue)...) {
        self = .settings(Dictionary(settings) { _, last in last })
    }
}

extension SettingValue: CustomStringConvertible {
    /// The value as messages show it.
    public var description: String {
        switch self {
        case .number(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .text(let value): "\"\(value)\""
        case .list(let values): "\(values)"
        case .settings(let settings): "settings \(settings.keys.sorted())"
        }
    }
}

extension SettingValue: Codable {
    /// Reads a value of any kind.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard !value.decodeNil() else {
            let path = decoder.codingPath.map(\.stringValue).joined(separator: ".")
            throw KalsaeError(
                "settings", expected: "a value\(path.isEmpty ? "" : " as \(path)")", got: "null",
                advice: "leave the setting out for its default")
        }
        if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([SettingValue].self) {
            self = .list(list)
        } else {
            self = .settings(try value.decode([String: SettingValue].self))
        }
    }

    /// Writes the value as what it is.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .settings(let settings): try container.encode(settings)
        }
    }
}
