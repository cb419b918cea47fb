import KalsaePlots
import KalsaeSupport
import KalsaeTensor

/// A formula with numbers: what goes forward and what comes back at each node.
public struct Explanation: Sendable {
    /// A node with its numbers.
    public struct Node: Sendable {
        /// A variable's name, a constant, or the operation.
        public let label: String
        /// The nodes that it takes.
        public let operands: [Int]
        /// What it computes.
        public let value: Double
        /// How the result changes by it: by reverse differentiation.
        public let gradient: Double
        /// How it changes by each operand.
        public let slopes: [Double]
        /// The central difference of the result by it; nil where it is no variable.
        public let numeric: Double?
        /// Whether it computes something.
        public var isOperation: Bool { !operands.isEmpty }
    }

    /// The formula.
    public let formula: Formula
    /// The nodes, each behind those that it takes.
    public private(set) var nodes: [Node] = []

    /// The step of central differences, relative to numbers above 1.
    static let step = 1e-5

    /// Computes a formula at the values of its variables, by tensors of `float64`.
    ///
    /// - Throws: a `KalsaeError` for variables without a value, and values that none has.
    public init(
        _ formula: Formula, at values: [String: Double]
    ) throws {
        self.formula = formula
        let names = formula.variables
        if let missing = names.first(where: { values[$0] == nil }) {
            throw KalsaeError(
                "formula", expected: "a value for \(missing)", got: "none",
                advice: "give it as --at \(missing)=1")
        }
        if let unknown = values.keys.sorted().first(where: { !names.contains($0) }) {
            throw KalsaeError(
                "--at",
                expected: names.isEmpty ? "no value" : "one of \(names.joined(separator: ", "))",
                got: unknown, advice: SpellingSuggestion.advice(unknown, in: names))
        }
        let forward = Self.forward(formula, values)
        let results = try Self.doubles(forward)
        // What is added to a node, 0, has the node's gradient.
        let zeros = formula.nodes.map { _ in Tensor(Double.zero) }
        let gradients = try Self.doubles(
            valueAndGradient(at: zeros) { added in
                Self.forward(formula, values, adding: added).last ?? Tensor(Double.zero)
            }.gradient)
        for (index, node) in formula.nodes.enumerated() {
            var operands: [Int] = []
            var slopes: [Double] = []
            var label = ""
            var numeric: Double?
            switch node {
            case .variable(let name):
                label = name
                numeric = try Self.difference(formula, values, name)
            case .constant(let value): label = value.shortText
            case .operation(let operation, let own):
                (label, operands) = (operation.rawValue, own)
                slopes = try Self.doubles(
                    valueAndGradient(at: own.map { Tensor(results[$0]) }) { operation($0) }
                        .gradient)
            }
            nodes.append(
                Node(
                    label: label, operands: operands, value: results[index],
                    gradient: gradients[index], slopes: slopes, numeric: numeric))
        }
    }

    private static func doubles(_ tensors: [Tensor]) throws -> [Double] {
        try tensors.map { try $0.item(Double.self) }
    }

    /// All nodes as tensors.
    private static func forward(
        _ formula: Formula, _ values: [String: Double], adding added: [Tensor]? = nil
    ) -> [Tensor] {
        var tensors: [Tensor] = []
        for (index, node) in formula.nodes.enumerated() {
            let tensor: Tensor =
                switch node {
                case .variable(let name): Tensor(values[name] ?? .nan)
                case .constant(let value): Tensor(value)
                case .operation(let operation, let operands):
                    operation(operands.map { tensors[$0] })
                }
            tensors.append(added.map { tensor + $0[index] } ?? tensor)
        }
        return tensors
    }

    private static func difference(
        _ formula: Formula, _ values: [String: Double], _ name: String
    ) throws -> Double {
        let middle = values[name] ?? 0
        let step = step * Swift.max(1, Swift.abs(middle))
        let ends = try [middle - step, middle + step].map { value in
            var moved = values
            moved[name] = value
            return try forward(formula, moved).last?.item(Double.self) ?? .nan
        }
        return (ends[1] - ends[0]) / (2 * step)
    }
}

extension Double {
    /// Four digits, without zeros at the end.
    var shortText: String { NumberText.short(self, digits: 4) }
}
