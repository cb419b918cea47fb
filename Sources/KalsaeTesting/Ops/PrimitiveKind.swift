import KalsaeGraph
import KalsaeTensor

extension Primitive.Family {
    /// The kinds of the family: its operations where it has some.
    fileprivate var kinds: [String] {
        switch self {
        case .unary: UnaryOperation.allCases.map { "unary.\($0)" }
        case .binary: BinaryOperation.allCases.map { "binary.\($0)" }
        case .compare: Comparison.allCases.map { "compare.\($0)" }
        case .reduce: Reduction.allCases.map { "reduce.\($0)" }
        case .argReduce: ArgReduction.allCases.map { "argReduce.\($0)" }
        case .scan: Scan.allCases.map { "scan.\($0)" }
        case .pool: PoolParameters.Kind.allCases.map { "pool.\($0)" }
        case .poolGradient: PoolParameters.Kind.allCases.map { "poolGradient.\($0)" }
        case .random: RandomParameters.Distribution.allCases.map { "random.\($0)" }
        case _: ["\(self)"]
        }
    }
}

extension Primitive {
    /// The family and, where the family has operations, the operation: `binary.add`, `pad`.
    public var kind: String {
        switch self {
        case .unary(let operation): "\(family).\(operation)"
        case .binary(let operation): "\(family).\(operation)"
        case .compare(let comparison): "\(family).\(comparison)"
        case .reduce(let reduction, _): "\(family).\(reduction)"
        case .argReduce(let reduction, _): "\(family).\(reduction)"
        case .scan(let scan, _): "\(family).\(scan)"
        case .pool(let parameters), .poolGradient(let parameters): "\(family).\(parameters.kind)"
        case .random(let parameters): "\(family).\(parameters.distribution)"
        case _: "\(family)"
        }
    }

    /// Every kind of primitive that there is.
    public static var allKinds: Set<String> { Set(Family.allCases.flatMap(\.kinds)) }
}

extension OpCase {
    /// The kinds of primitives in the graphs of the value and of the gradients.
    public func kinds() throws -> Set<String> {
        let inputs = try makeInputs(.float32, inputs.map(\.shape))
        var tensors = [body(inputs)]
        if order > 0 {
            for level in 1...order { tensors += try gradients(at: inputs, level: level) }
        }
        var found: Set<String> = []
        for tensor in tensors { found.formUnion(try tensor.graph().nodes.map(\.primitive.kind)) }
        return found
    }

    /// The kinds of primitives that no row of a table exercises.
    public static func missingKinds(in rows: [OpCase]) throws -> Set<String> {
        var missing = Primitive.allKinds
        for row in rows { missing.subtract(try row.kinds()) }
        return missing
    }
}
