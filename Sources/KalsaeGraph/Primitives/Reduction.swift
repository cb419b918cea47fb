import KalsaeSupport

extension Reduction {
    func resultType(_ operand: TensorType, axes: [Int]) throws(KalsaeError) -> TensorType {
        guard operand.dtype.hasArithmetic else {
            throw TypeChecks.unsupported(rawValue, operand.dtype)
        }
        let ordered = axes == Array(Set(axes)).sorted()
        guard ordered, axes.allSatisfy({ operand.shape.indices.contains($0) }) else {
            throw KalsaeError(
                rawValue, expected: "axes of \(operand.shape), ascending, each once",
                got: "\(axes)")
        }
        var shape = operand.shape
        for axis in axes { shape[axis] = 1 }
        let count = axes.reduce(1) { $0 * operand.shape[$1] }
        guard count > 0 || shape.elementCount == 0 || self == .sum || self == .product else {
            throw KalsaeError(
                rawValue, expected: "at least one element to reduce", got: "\(operand.shape)")
        }
        return TensorType(operand.dtype, shape)
    }
}

extension ArgReduction {
    func resultType(_ operand: TensorType, axis: Int) throws(KalsaeError) -> TensorType {
        let name = self == .max ? "argMax" : "argMin"
        guard operand.dtype.hasArithmetic else { throw TypeChecks.unsupported(name, operand.dtype) }
        guard operand.shape.indices.contains(axis) else {
            throw KalsaeError(name, expected: "an axis of \(operand.shape)", got: "\(axis)")
        }
        var shape = operand.shape
        shape[axis] = 1
        guard operand.shape[axis] > 0 || shape.elementCount == 0,
            operand.shape[axis] <= Int(Int32.max)
        else {
            throw KalsaeError(
                name, expected: "1 to 2^31 - 1 elements along the axis", got: "\(operand.shape)")
        }
        return TensorType(.int32, shape)
    }
}
