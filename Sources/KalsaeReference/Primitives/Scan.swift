import KalsaeGraph

extension Interpreter {
    static func scan(_ scan: Scan, _ operand: Value, _ parameters: ScanParameters) -> Value {
        var lines = operand.shape.lines(along: parameters.axis)
        if parameters.reverse { lines = lines.map { $0.reversed() } }
        switch operand.numbers {
        case .floats(let numbers):
            let results = running(
                numbers, lines, parameters, from: neutral(scan)
            ) { join(scan, $0, $1) }
            return Value(operand.type, .floats(results))
        case .integers(let numbers):
            let results = running(
                numbers, lines, parameters, from: neutral(scan, operand.type.dtype)
            ) { join(scan, $0, $1) }
            return Value(operand.type, wrapping: results)
        }
    }

    private static func running<Number>(
        _ numbers: [Number], _ lines: [[Int]], _ parameters: ScanParameters, from neutral: Number,
        _ join: (Number, Number) -> Number
    ) -> [Number] {
        var results = numbers
        for line in lines {
            var total = neutral
            for position in line {
                let before = total
                total = join(before, numbers[position])
                results[position] = parameters.exclusive ? before : total
            }
        }
        return results
    }

    private static func neutral(_ scan: Scan) -> Double {
        switch scan {
        case .sum: 0
        case .maximum: -.infinity
        }
    }

    private static func neutral(_ scan: Scan, _ dtype: DType) -> Int64 {
        switch scan {
        case .sum: 0
        case .maximum: dtype == .uint8 ? 0 : dtype == .int32 ? Int64(Int32.min) : .min
        }
    }

    private static func join(_ scan: Scan, _ x: Double, _ y: Double) -> Double {
        switch scan {
        case .sum: x + y
        // Of equal ones the later, as their signs may differ for zeros.
        case .maximum: x.isNaN || x > y ? x : y
        }
    }

    private static func join(_ scan: Scan, _ x: Int64, _ y: Int64) -> Int64 {
        switch scan {
        case .sum: x &+ y
        case .maximum: max(x, y)
        }
    }
}
