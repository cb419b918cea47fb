import KalsaeGraph
import KalsaeSupport

/// Computes one node from the values of its operands.
enum Interpreter {
    static func value(
        of node: Node, _ operands: [Value], inputs: [Value]
    ) throws(KalsaeError) -> Value {
        let type = node.type
        switch node.primitive {
        case .input(let position): return inputs[position]
        case .constant(let scalar): return constant(scalar)
        case .iota(let parameters): return iota(parameters)
        case .unary(let operation): return try unary(operation, operands[0])
        case .binary(let operation): return try binary(operation, operands[0], operands[1])
        case .compare(let comparison): return compare(comparison, operands[0], operands[1])
        case .select: return select(operands[0], operands[1], operands[2])
        case .cast(let dtype): return cast(operands[0], to: dtype)
        case .identity, .barrier: return operands[0]
        case .broadcast: return broadcast(operands[0], to: type)
        case .reshape: return Value(type, operands[0].numbers)
        case .transpose(let permutation): return transpose(operands[0], permutation, type)
        case .slice(let parameters): return slice(operands[0], parameters, type)
        case .pad(let parameters): return pad(operands[0], operands[1], parameters, type)
        case .concatenate(let axis): return concatenate(operands, axis: axis, type)
        case .gather(let axis): return try gather(operands[0], operands[1], axis: axis, type)
        case .scatterAdd(let axis):
            return try scatterAdd(operands[0], operands[1], operands[2], axis: axis)
        case .reduce(let reduction, let axes): return reduce(reduction, operands[0], axes, type)
        case .argReduce(let reduction, let axis):
            return argReduce(reduction, operands[0], axis, type)
        case .matrixProduct(let parameters):
            return matrixProduct(operands[0], operands[1], parameters, type)
        case .convolution(let parameters):
            return convolution(operands[0], operands[1], parameters, type)
        case .convolutionInputGradient(let parameters, _):
            return convolutionInputGradient(operands[0], operands[1], parameters, type)
        case .convolutionWeightGradient(let parameters, _):
            return convolutionWeightGradient(operands[0], operands[1], parameters, type)
        case .pool(let parameters): return pool(operands[0], parameters, type)
        case .poolGradient(let parameters):
            return poolGradient(operands[0], operands[1], parameters)
        case .attention(let parameters):
            return attention(operands[0], operands[1], operands[2], parameters)
        case .attentionGradient(let parameters):
            return attentionGradient(operands, parameters, type)
        case .random(let parameters): return random(parameters, key: operands[0])
        case .scan(let operation, let parameters):
            return scan(operation, operands[0], parameters)
        case .argSort(let descending):
            return order(operands[0], descending: descending, type)
        case .topK: return order(operands[0], descending: true, type)
        }
    }
}
