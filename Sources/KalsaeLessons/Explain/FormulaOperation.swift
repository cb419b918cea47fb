import KalsaeSupport
import KalsaeTensor

/// What a node of a formula does, by the engine's own operations.
public enum FormulaOperation: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "−"
    case multiply = "×"
    case divide = "/"
    case power = "^"
    case negate = "×−1"
    case exp, log, sqrt, sin, cos, tanh, sigmoid, relu, softplus, abs, square, max, min

    /// Functions by name, for messages.
    static let functionNames = names.joined(separator: ", ")

    private static let names = allCases.map(\.rawValue).filter { $0.first?.isLetter ?? false }

    /// The function of a name, `ln` and `pow` too.
    init?(function name: String) {
        let known = Self.otherNames[name] ?? Self(rawValue: name)
        guard name.first?.isLetter ?? false, let known else { return nil }
        self = known
    }

    private static let otherNames: [String: FormulaOperation] = ["ln": .log, "pow": .power]

    /// How to write a function of another base, of which there is none.
    static func advice(for name: String) -> String {
        switch name {
        case "log10", "lg": "write log(x) / log(10): log is the natural one"
        case "log2", "lb": "write log(x) / log(2): log is the natural one"
        case "tan": "write sin(x) / cos(x)"
        case "asin", "acos", "atan", "sinh", "cosh", "erf": ""
        default: SpellingSuggestion.advice(name, in: names + Array(otherNames.keys))
        }
    }

    /// How many operands it takes.
    var operandCount: Int {
        switch self {
        case .add, .subtract, .multiply, .divide, .power, .max, .min: 2
        default: 1
        }
    }

    /// The operation on tensors.
    func callAsFunction(_ x: [Tensor]) -> Tensor {
        switch self {
        case .add: x[0] + x[1]
        case .subtract: x[0] - x[1]
        case .multiply: x[0] * x[1]
        case .divide: x[0] / x[1]
        case .power: x[0].pow(x[1])
        case .negate: -x[0]
        case .exp: x[0].exp()
        case .log: x[0].log()
        case .sqrt: x[0].sqrt()
        case .sin: x[0].sin()
        case .cos: x[0].cos()
        case .tanh: x[0].tanh()
        case .sigmoid: x[0].sigmoid()
        case .relu: x[0].relu()
        case .softplus: x[0].softplus()
        case .abs: x[0].abs()
        case .square: x[0].square()
        case .max: x[0].maximum(x[1])
        case .min: x[0].minimum(x[1])
        }
    }
}
