import KalsaeCPU
import KalsaeGraph
import Testing

/// One pooling to try.
struct PoolCase: Sendable, CustomStringConvertible {
    var input: Shape
    var window: Pair
    var strides: Pair?
    var padding = Padding2D.zero

    var description: String { "\(input) \(window)" }

    func parameters(_ kind: PoolParameters.Kind) -> PoolParameters {
        PoolParameters(kind, window: window, strides: strides, padding: padding)
    }

    /// The input positions of an output's window that lie inside the input, in order.
    func window(of index: [Int]) -> [Int] {
        let step = strides ?? window
        var inside: [Int] = []
        for offset in multiIndices([window.height, window.width]) {
            let y = index[1] * step.height - padding.top + offset[0]
            let x = index[2] * step.width - padding.left + offset[1]
            guard (0..<input[1]).contains(y), (0..<input[2]).contains(x) else { continue }
            inside.append(position([index[0], y, x, index[3]], input))
        }
        return inside
    }
}

@Suite struct PoolingTests {
    static let cases: [PoolCase] = [
        PoolCase(input: [2, 6, 8, 3], window: Pair(2, 2)),
        PoolCase(input: [2, 4, 4, 30], window: Pair(2, 2)),
        PoolCase(input: [2, 7, 5, 16], window: Pair(2, 2)),
        PoolCase(input: [1, 7, 7, 17], window: Pair(3, 3), strides: Pair(2, 2)),
        PoolCase(
            input: [2, 6, 5, 33], window: Pair(3, 2), strides: Pair(1, 1),
            padding: Padding2D(top: 1, bottom: 2, left: 1, right: 0)),
        PoolCase(input: [2, 9, 9, 1], window: Pair(2, 3), strides: Pair(3, 4)),
        PoolCase(input: [40, 12, 12, 20], window: Pair(4, 4), strides: Pair(2, 2)),
        PoolCase(input: [0, 4, 4, 2], window: Pair(2, 2)),
        PoolCase(input: [2, 4, 4, 0], window: Pair(2, 2)),
    ]
    static let kinds = PoolParameters.Kind.allCases

    func check(
        _ one: PoolCase, _ kind: PoolParameters.Kind, _ dtype: DType, _ input: Value
    ) throws {
        let parameters = one.parameters(kind)
        let output = try Primitive.pool(parameters).resultType(of: [input.type])
        let gradient = Value(dtype, output.shape, seed: 9)
        var values: [Double] = []
        var back = [Double](repeating: 0, count: one.input.elementCount)
        for (index, upstream) in zip(multiIndices(output.shape), gradient.elements) {
            let inside = one.window(of: index)
            let elements = inside.map { input.elements[$0] }
            switch kind {
            case .max:
                let nan = elements.firstIndex { $0.isNaN }
                let largest = elements.max() ?? 0
                let first = nan ?? elements.firstIndex(of: largest) ?? 0
                values.append(elements[first])
                back[inside[first]] += upstream
            case .average, .averageWithPadding:
                let all = one.window.height * one.window.width
                let count = Double(kind == .average ? elements.count : all)
                values.append(elements.reduce(0, +) / count)
                for index in inside { back[index] += upstream / count }
            }
        }
        // Averages of up to 30 numbers below 2 in size: a factor, and as many terms, are rounded.
        let unit = dtype == .float32 ? 0x1p-24 : 0x1p-53
        let tolerance = kind == .max ? 0 : 2 * 32 * unit
        let forward = try Kernel.pool(parameters, input: input.type, result: output)
        try expectRun(
            forward, [input], output, gives: values, tolerance: tolerance, "\(one)")
        let backward = try Kernel.poolGradient(parameters, input: input.type, gradient: output)
        try expectRun(
            backward, [input, gradient], input.type, gives: back, tolerance: tolerance,
            "\(one)")
    }

    @Test(arguments: cases, kinds)
    func bothPasses(_ one: PoolCase, _ kind: PoolParameters.Kind) throws {
        for dtype in [DType.float32, .float64] {
            // 64 different values, so that windows hold equal maxima too.
            try check(one, kind, dtype, Value(dtype, one.input, seed: 8))
        }
    }

    @Test func equalMaximaAndNaN() throws {
        for dtype in [DType.float32, .float64] {
            for channels in [3, 18] {
                let one = PoolCase(input: [1, 4, 6, channels], window: Pair(2, 2))
                let count = one.input.elementCount
                let same = [Double](repeating: 0.5, count: count)
                try check(one, .max, dtype, Value(dtype, one.input, same))
                let lowest = [Double](repeating: -.infinity, count: count)
                try check(one, .max, dtype, Value(dtype, one.input, lowest))
                var input = Value(dtype, one.input, seed: 3)
                for index in stride(from: 0, to: count, by: 5) { input.elements[index] = .nan }
                try check(one, .max, dtype, input)
            }
        }
    }
}
