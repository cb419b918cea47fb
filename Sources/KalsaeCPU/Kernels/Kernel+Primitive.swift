import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// The kernel of a primitive that is done by one of its own, or nil for those that become
    /// loops over elements, and for inputs and constants, which are not computed.
    package static func heavy(
        _ primitive: Primitive, operands: [TensorType], result: TensorType
    ) throws(KalsaeError) -> Kernel? {
        switch primitive {
        case .input, .constant, .unary, .binary, .compare, .select, .cast, .identity, .barrier,
            .reduce, .argReduce:
            return nil
        case .iota(let parameters): return try iota(parameters)
        case .broadcast(let shape): return try broadcast(operands[0], to: shape)
        case .reshape: return try reshape(operands[0])
        case .transpose(let permutation): return try transpose(operands[0], permutation)
        case .slice(let parameters): return try slice(operands[0], parameters)
        case .pad(let parameters): return try pad(operands[0], parameters, result: result)
        case .concatenate(let axis): return try concatenate(operands, axis: axis, result: result)
        case .gather(let axis):
            return gather(values: operands[0], indices: operands[1], axis: axis)
        case .scatterAdd(let axis):
            return try scatterAdd(base: operands[0], indices: operands[1], axis: axis)
        case .matrixProduct(let parameters):
            return try matrixProduct(parameters, left: operands[0], right: operands[1])
        case .convolution(let parameters):
            return try convolution(
                parameters, input: operands[0], kernel: operands[1], result: result)
        case .convolutionInputGradient(let parameters, let input):
            return try convolutionInputGradient(
                parameters, gradient: operands[0], kernel: operands[1], input: input)
        case .convolutionWeightGradient(let parameters, let kernel):
            return try convolutionWeightGradient(
                parameters, input: operands[0], gradient: operands[1], kernel: kernel)
        case .pool(let parameters):
            return try pool(parameters, input: operands[0], result: result)
        case .poolGradient(let parameters):
            return try poolGradient(parameters, input: operands[0], gradient: operands[1])
        case .attention(let parameters):
            return try attention(parameters, queries: operands[0].shape, keys: operands[1].shape)
        case .attentionGradient(let parameters):
            return try attentionGradient(
                parameters, queries: operands[0].shape, keys: operands[1].shape)
        case .random(let parameters): return try random(parameters)
        case .scan(let operation, let parameters):
            return try scan(operation, operands[0], parameters)
        case .argSort(let descending):
            return try argSort(operands[0], descending: descending)
        case .topK(let k): return try topK(operands[0], k)
        }
    }
}
