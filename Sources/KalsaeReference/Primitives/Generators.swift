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

    static func cumulativeSum(_ operand: Value, _ parameters: CumulativeSumParameters) -> Value {
        var lines = operand.shape.lines(along: parameters.axis)
        if parameters.reverse { lines = lines.map { $0.reversed() } }
        switch operand.numbers {
        case .floats(let numbers):
            var results = numbers
            for line in lines {
                var sum = 0.0
                for position in line {
                    results[position] = parameters.exclusive ? sum : sum + numbers[position]
                    sum += numbers[position]
                }
            }
            return Value(operand.type, .floats(results))
        case .integers(let numbers):
            var results = numbers
            for line in lines {
                var sum: Int64 = 0
                for position in line {
                    results[position] = parameters.exclusive ? sum : sum &+ numbers[position]
                    sum &+= numbers[position]
                }
            }
            return Value(operand.type, wrapping: results)
        }
    }
}
