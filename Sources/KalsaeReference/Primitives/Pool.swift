import KalsaeGraph

extension Interpreter {
    static func pool(_ input: Value, _ parameters: PoolParameters, _ type: TensorType) -> Value {
        let x = input.numbers.doubles
        let results = type.shape.multiIndices.map { index -> Double in
            let window = parameters.window(at: index, in: input.shape).map { x[$0] }
            switch parameters.kind {
            case .max: return window.reduce(-.infinity, larger)
            case .average, .averageWithPadding:
                return window.reduce(0, +) / parameters.divisor(inside: window.count)
            }
        }
        return Value(type, .floats(results))
    }

    static func poolGradient(
        _ input: Value, _ gradient: Value, _ parameters: PoolParameters
    ) -> Value {
        let (x, g) = (input.numbers.doubles, gradient.numbers.doubles)
        var sums = [Double](repeating: 0, count: x.count)
        for (output, index) in gradient.shape.multiIndices.enumerated() {
            let window = parameters.window(at: index, in: input.shape)
            switch parameters.kind {
            case .max:
                if let first = firstLargest(window, of: x) { sums[first] += g[output] }
            case .average, .averageWithPadding:
                for position in window {
                    sums[position] += g[output] / parameters.divisor(inside: window.count)
                }
            }
        }
        return Value(input.type, .floats(sums))
    }

    /// The first NaN, else the first largest: where the pooled value comes from.
    private static func firstLargest(_ positions: [Int], of x: [Double]) -> Int? {
        if let firstNaN = positions.first(where: { x[$0].isNaN }) { return firstNaN }
        guard var best = positions.first else { return nil }
        for position in positions where x[position] > x[best] { best = position }
        return best
    }
}

extension PoolParameters {
    /// The positions of a window's elements inside the input, in row-major order.
    fileprivate func window(at index: [Int], in input: Shape) -> [Int] {
        var positions: [Int] = []
        for tap in Shape([window.height, window.width]).multiIndices {
            let row = index[1] * strides.height + tap[0] - padding.top
            let column = index[2] * strides.width + tap[1] - padding.left
            guard (0..<input[1]).contains(row), (0..<input[2]).contains(column) else { continue }
            positions.append(input.position(of: [index[0], row, column, index[3]]))
        }
        return positions
    }

    fileprivate func divisor(inside count: Int) -> Double {
        Double(kind == .averageWithPadding ? window.height * window.width : count)
    }
}
