/// The value of one parameter: a number, a whole number, a text or a truth value.
public enum ParameterValue: Hashable, Sendable {
    /// A real number.
    case real(Double)
    /// A whole number.
    case integer(Int)
    /// A text, as the name of an optimizer.
    case text(String)
    /// True or false.
    case flag(Bool)

    /// The number of a `real` or an `integer`.
    public var number: Double? {
        switch self {
        case .real(let value): value
        case .integer(let value): Double(value)
        case .text, .flag: nil
        }
    }
}

extension ParameterValue: CustomStringConvertible {
    /// As it is written in messages and tables.
    public var description: String {
        switch self {
        case .real(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .text(let value): value
        case .flag(let value): "\(value)"
        }
    }
}

extension ParameterValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A real number.
    public init(floatLiteral value: Double) { self = .real(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .flag(value) }
}
