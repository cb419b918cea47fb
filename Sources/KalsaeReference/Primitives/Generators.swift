import KalsaeGraph

extension Interpreter {
    static func constant(_ scalar: Scalar) -> Value {
        let type = TensorType(scalar.dtype, [])
        return scalar.dtype.isFloat
            ? Value(type, .floats([rounded(scalar.double, scalar.dtype)]))
            : Value(type, wrapping: [Int64(scalar.integer)])
    }

    static func iota(_ parameters: IotaParameters) -> Value {
        let type = parameters.type
        let numbers = type.shape.multiIndices.map { Int64($0[parameters.axis]) }
        return type.dtype.isFloat
            ? Value(type, .floats(numbers.map { Double($0) })) : Value(type, wrapping: numbers)
    }
}
