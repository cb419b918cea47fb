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
                numbers, lines, parameters, from: neutral(scan)
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
        }
    }

    private static func neutral(_ scan: Scan) -> Int64 {
        switch scan {
        case .sum: 0
        }
    }

    private static func join(_ scan: Scan, _ x: Double, _ y: Double) -> Double {
        switch scan {
        case .sum: x + y
        }
    }

    private static func join(_ scan: Scan, _ x: Int64, _ y: Int64) -> Int64 {
        switch scan {
        case .sum: x &+ y
        }
    }
}
