import KalsaeSupport
import KalsaeTensor

/// A formula of numbers as a list of nodes, each of which takes earlier ones: `(x + y) * sin(x)`.
public struct Formula: Sendable {
    /// One node.
    public enum Node: Sendable, Equatable {
        /// A number that has a name, and a value for it later.
        case variable(String)
        /// A number that is written out.
        case constant(Double)
        /// An operation on earlier nodes.
        case operation(FormulaOperation, [Int])
    }

    /// The text.
    public let text: String
    /// The nodes; the last one is the result.
    public private(set) var nodes: [Node] = []

    /// The names of variables, as they first come.
    public var variables: [String] {
        nodes.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// What waits for its right operand while the text is read.
    private enum Waiting {
        case operation(FormulaOperation, rank: Int)
        case function(FormulaOperation)
        case parenthesis
    }

    /// The most nodes of a formula.
    static let mostNodes = 200

    /// Reads a formula by operator precedence: `+ -`, then `* /`, then signs, then `^` from the right.
    ///
    /// - Throws: a `KalsaeError` with the position of what cannot be read.
    public init(_ text: String) throws(KalsaeError) {
        self.text = text
        var reader = FormulaReader(text)
        var operands: [Int] = []
        var waiting: [Waiting] = []
        var wantsOperand = true
        while let token = try reader.next() {
            switch token {
            case .number(let value) where wantsOperand:
                operands.append(try add(.constant(value)))
                wantsOperand = false
            case .name(let name) where wantsOperand:
                if reader.peeksParenthesis {
                    guard let function = FormulaOperation(function: name) else {
                        throw reader.fault(
                            "a function of \(FormulaOperation.functionNames)", "\"\(name)\"",
                            advice: FormulaOperation.advice(for: name))
                    }
                    waiting.append(.function(function))
                } else {
                    operands.append(try add(.variable(name)))
                    wantsOperand = false
                }
            case .open where wantsOperand: waiting.append(.parenthesis)
            case .minus where wantsOperand: waiting.append(.operation(.negate, rank: 3))
            case .plus where wantsOperand: break
            case .close where !wantsOperand, .comma where !wantsOperand:
                try reduce(&waiting, &operands, toParenthesis: true, reader)
                guard case .parenthesis? = waiting.last else {
                    throw reader.fault("an opening parenthesis before", "none")
                }
                if token == .comma {
                    wantsOperand = true
                } else {
                    waiting.removeLast()
                    if case .function(let function)? = waiting.last {
                        waiting.removeLast()
                        try apply(function, &operands, reader)
                    }
                }
            case .plus, .minus, .times, .over, .power:
                guard !wantsOperand, let (operation, rank) = token.binary else {
                    throw reader.fault("a number, a name or a parenthesis", token.text)
                }
                try reduce(&waiting, &operands, above: rank, reader)
                waiting.append(.operation(operation, rank: rank))
                wantsOperand = true
            default:
                throw reader.fault(
                    wantsOperand ? "a number, a name or a parenthesis" : "an operator", token.text)
            }
        }
        guard !wantsOperand else {
            throw reader.fault("a number, a name or a parenthesis", "the end")
        }
        try reduce(&waiting, &operands, toParenthesis: false, reader)
        guard waiting.isEmpty, operands.count == 1 else {
            throw reader.fault("a closing parenthesis", "the end")
        }
    }

    /// Adds a node; a variable that is there is not there twice.
    private mutating func add(_ node: Node) throws(KalsaeError) -> Int {
        if case .variable = node, let index = nodes.firstIndex(of: node) { return index }
        guard nodes.count < Self.mostNodes else {
            throw KalsaeError(
                "formula", expected: "at most \(Self.mostNodes) numbers and operations",
                got: "more")
        }
        nodes.append(node)
        return nodes.count - 1
    }

    private mutating func apply(
        _ operation: FormulaOperation, _ operands: inout [Int], _ reader: FormulaReader
    ) throws(KalsaeError) {
        guard operands.count >= operation.operandCount else {
            throw reader.fault(
                "\(operation.operandCount) operands of \(operation.rawValue)", "less")
        }
        let own = Array(operands.suffix(operation.operandCount))
        operands.removeLast(own.count)
        operands.append(try add(.operation(operation, own)))
    }

    /// Applies what waits: operations of a higher rank, or all up to a parenthesis.
    private mutating func reduce(
        _ waiting: inout [Waiting], _ operands: inout [Int], above rank: Int = 0,
        toParenthesis: Bool = false, _ reader: FormulaReader
    ) throws(KalsaeError) {
        while case .operation(let operation, let own)? = waiting.last {
            // A power takes what stands at its right first.
            guard toParenthesis || own > rank || own == rank && operation != .power else { return }
            waiting.removeLast()
            try apply(operation, &operands, reader)
        }
    }
}
