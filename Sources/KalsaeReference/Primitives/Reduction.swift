import KalsaeGraph

extension Interpreter {
    static func reduce(
        _ reduction: Reduction, _ operand: Value, _ axes: [Int], _ type: TensorType
    ) -> Value {
        let targets = operand.shape.multiIndices.map { index in
            let target = index.indices.map { axes.contains($0) ? 0 : index[$0] }
            return type.shape.position(of: target)
        }
        let count = type.shape.elementCount
        switch operand.numbers {
        case .floats(let numbers):
            var results = [Double](repeating: neutral(reduction), count: count)
            for (target, number) in zip(targets, numbers) {
                results[target] = join(reduction, results[target], number)
            }
            return Value(type, .floats(results))
        case .integers(let numbers):
            var results = [Int64](repeating: neutral(reduction), count: count)
            for (target, number) in zip(targets, numbers) {
                results[target] = join(reduction, results[target], number)
            }
            return Value(type, wrapping: results)
        }
    }

    private static func neutral(_ reduction: Reduction) -> Double {
        switch reduction {
        case .sum: 0
        case .product: 1
        case .max: -.infinity
        case .min: .infinity
        }
    }

    private static func neutral(_ reduction: Reduction) -> Int64 {
        switch reduction {
        case .sum: 0
        case .product: 1
        case .max: .min
        case .min: .max
        }
    }

    private static func join(_ reduction: Reduction, _ x: Double, _ y: Double) -> Double {
        switch reduction {
        case .sum: x + y
        case .product: x * y
        case .max: larger(x, y)
        case .min: smaller(x, y)
        }
    }

    private static func join(_ reduction: Reduction, _ x: Int64, _ y: Int64) -> Int64 {
        switch reduction {
        case .sum: x &+ y
        case .product: x &* y
        case .max: max(x, y)
        case .min: min(x, y)
        }
    }

    /// The first largest or smallest of each line; the first NaN beats everything.
    static func argReduce(
        _ reduction: ArgReduction, _ operand: Value, _ axis: Int, _ type: TensorType
    ) -> Value {
        func best<Number: Comparable>(_ line: [Number]) -> Int64 {
            // Only NaN differs from itself.
            if let firstNaN = line.firstIndex(where: { $0 != $0 }) { return Int64(firstNaN) }
            var best = 0
            for position in line.indices {
                let isBetter =
                    reduction == .max
                    ? line[position] > line[best] : line[position] < line[best]
                if isBetter { best = position }
            }
            return Int64(best)
        }
        let lines = operand.shape.lines(along: axis)
        switch operand.numbers {
        case .floats(let numbers):
            return Value(type, .integers(lines.map { line in best(line.map { numbers[$0] }) }))
        case .integers(let numbers):
            return Value(type, .integers(lines.map { line in best(line.map { numbers[$0] }) }))
        }
    }
}
