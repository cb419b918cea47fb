import KalsaeGraph
import KalsaeTensor

/// The cases of `Primitive`, as a list that can be counted.
///
/// A new case of `Primitive` does not compile until it has one here, and then has no row.
enum PrimitiveFamily: CaseIterable {
    case input, constant, iota, unary, binary, compare, select, cast, broadcast, reshape
    case transpose, slice, pad, concatenate, gather, scatterAdd, reduce, argReduce, matrixProduct
    case convolution, convolutionInputGradient, convolutionKernelGradient, pool, poolGradient
    case attention, attentionGradient, random, cumulativeSum, argSort, topK

    init(_ primitive: Primitive) {
        switch primitive {
        case .input: self = .input
        case .constant: self = .constant
        case .iota: self = .iota
        case .unary: self = .unary
        case .binary: self = .binary
        case .compare: self = .compare
        case .select: self = .select
        case .cast: self = .cast
        case .broadcast: self = .broadcast
        case .reshape: self = .reshape
        case .transpose: self = .transpose
        case .slice: self = .slice
        case .pad: self = .pad
        case .concatenate: self = .concatenate
        case .gather: self = .gather
        case .scatterAdd: self = .scatterAdd
        case .reduce: self = .reduce
        case .argReduce: self = .argReduce
        case .matrixProduct: self = .matrixProduct
        case .convolution: self = .convolution
        case .convolutionInputGradient: self = .convolutionInputGradient
        case .convolutionKernelGradient: self = .convolutionKernelGradient
        case .pool: self = .pool
        case .poolGradient: self = .poolGradient
        case .attention: self = .attention
        case .attentionGradient: self = .attentionGradient
        case .random: self = .random
        case .cumulativeSum: self = .cumulativeSum
        case .argSort: self = .argSort
        case .topK: self = .topK
        }
    }

    /// The kinds of the family: its operations where it has some.
    var kinds: [String] {
        switch self {
        case .unary: UnaryOperation.allCases.map { "unary.\($0)" }
        case .binary: BinaryOperation.allCases.map { "binary.\($0)" }
        case .compare: Comparison.allCases.map { "compare.\($0)" }
        case .reduce: Reduction.allCases.map { "reduce.\($0)" }
        case .argReduce: ArgReduction.allCases.map { "argReduce.\($0)" }
        case .pool: PoolParameters.Kind.allCases.map { "pool.\($0)" }
        case .poolGradient: PoolParameters.Kind.allCases.map { "poolGradient.\($0)" }
        case .random: RandomParameters.Distribution.allCases.map { "random.\($0)" }
        case .input, .constant, .iota, .select, .cast, .broadcast, .reshape, .transpose, .slice,
            .pad, .concatenate, .gather, .scatterAdd, .matrixProduct, .convolution,
            .convolutionInputGradient, .convolutionKernelGradient, .attention, .attentionGradient,
            .cumulativeSum, .argSort, .topK:
            ["\(self)"]
        }
    }
}

extension Primitive {
    /// The family and, where the family has operations, the operation: `binary.add`, `pad`.
    public var kind: String {
        let family = "\(PrimitiveFamily(self))"
        switch self {
        case .unary(let operation): return "\(family).\(operation)"
        case .binary(let operation): return "\(family).\(operation)"
        case .compare(let comparison): return "\(family).\(comparison)"
        case .reduce(let reduction, _): return "\(family).\(reduction)"
        case .argReduce(let reduction, _): return "\(family).\(reduction)"
        case .pool(let parameters), .poolGradient(let parameters):
            return "\(family).\(parameters.kind)"
        case .random(let parameters): return "\(family).\(parameters.distribution)"
        case .input, .constant, .iota, .select, .cast, .broadcast, .reshape, .transpose, .slice,
            .pad, .concatenate, .gather, .scatterAdd, .matrixProduct, .convolution,
            .convolutionInputGradient, .convolutionKernelGradient, .attention, .attentionGradient,
            .cumulativeSum, .argSort, .topK:
            return family
        }
    }

    /// Every kind of primitive that there is.
    public static var allKinds: Set<String> {
        Set(PrimitiveFamily.allCases.flatMap(\.kinds))
    }
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
