import KalsaeSupport

extension Primitive {
    /// How many operands the primitive takes; nil for any number.
    public var operandCount: Int? {
        switch self {
        case .input, .constant, .iota: 0
        case .unary, .cast, .identity, .broadcast, .reshape, .transpose, .slice, .reduce,
            .argReduce, .pool,
            .random, .scan, .argSort, .topK:
            1
        case .binary, .compare, .barrier, .pad, .gather, .matrixProduct, .convolution,
            .convolutionInputGradient, .convolutionWeightGradient, .poolGradient:
            2
        case .select, .scatterAdd, .attention: 3
        case .attentionGradient: 4
        case .concatenate: nil
        }
    }

    /// The type of the result for operands of the given types; throws the rule that they break.
    ///
    /// `.input` has no rule of its own: its type stands in the node.
    public func resultType(of operands: [TensorType]) throws(KalsaeError) -> TensorType {
        if let count = operandCount, count != operands.count {
            throw KalsaeError(name, expected: "\(count) operands", got: "\(operands.count)")
        }
        let result = try uncheckedResultType(operands)
        guard result.shape.isValid else {
            throw KalsaeError(
                name, expected: "sizes of at least 0 and fewer than 2^44 elements",
                got: "\(result.shape)")
        }
        return result
    }

    private func uncheckedResultType(_ operands: [TensorType]) throws(KalsaeError) -> TensorType {
        switch self {
        case .input:
            throw KalsaeError("input", expected: "its type in the node", got: "a request to infer")
        case .constant(let scalar): return TensorType(scalar.dtype, [])
        case .iota(let parameters): return try parameters.resultType()
        case .unary(let operation): return try operation.resultType(operands[0])
        case .binary(let operation): return try operation.resultType(operands[0], operands[1])
        case .compare(let operation): return try operation.resultType(operands[0], operands[1])
        case .select:
            return try SelectRule.resultType(operands[0], operands[1], operands[2])
        case .cast(let dtype): return TensorType(dtype, operands[0].shape)
        case .identity: return operands[0]
        case .barrier: return try MovementRules.barrier(operands[0], after: operands[1])
        case .broadcast(let shape): return try MovementRules.broadcast(operands[0], to: shape)
        case .reshape(let shape): return try MovementRules.reshape(operands[0], to: shape)
        case .transpose(let permutation):
            return try MovementRules.transpose(operands[0], permutation)
        case .slice(let parameters): return try MovementRules.slice(operands[0], parameters)
        case .pad(let parameters):
            return try MovementRules.pad(operands[0], operands[1], parameters)
        case .concatenate(let axis): return try MovementRules.concatenate(operands, axis: axis)
        case .gather(let axis):
            return try MovementRules.gather(operands[0], operands[1], axis: axis)
        case .scatterAdd(let axis):
            return try MovementRules.scatterAdd(operands[0], operands[1], operands[2], axis: axis)
        case .reduce(let reduction, let axes):
            return try reduction.resultType(operands[0], axes: axes)
        case .argReduce(let reduction, let axis):
            return try reduction.resultType(operands[0], axis: axis)
        case .matrixProduct(let parameters):
            return try parameters.resultType(operands[0], operands[1])
        case .convolution(let parameters):
            return try parameters.resultType(input: operands[0], kernel: operands[1])
        case .convolutionInputGradient(let parameters, let shape):
            return try parameters.inputGradientType(
                gradient: operands[0], kernel: operands[1], input: shape)
        case .convolutionWeightGradient(let parameters, let shape):
            return try parameters.weightGradientType(
                input: operands[0], gradient: operands[1], kernel: shape)
        case .pool(let parameters): return try parameters.resultType(input: operands[0])
        case .poolGradient(let parameters):
            return try parameters.gradientType(input: operands[0], gradient: operands[1])
        case .attention(let parameters):
            return try parameters.resultType(operands[0], operands[1], operands[2])
        case .attentionGradient(let parameters):
            return try parameters.gradientType(
                operands[0], operands[1], operands[2], operands[3])
        case .random(let parameters): return try parameters.resultType(key: operands[0])
        case .scan(let scan, let parameters):
            return try scan.resultType(operands[0], parameters)
        case .argSort: return try OrderingRules.argSort(operands[0])
        case .topK(let k): return try OrderingRules.topK(operands[0], k)
        }
    }
}
