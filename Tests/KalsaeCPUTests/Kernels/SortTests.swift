import KalsaeCPU
import KalsaeGraph
import Testing

/// Argument sort, top-k and scans.
@Suite struct SortTests {
    static let types: [DType] = [.float32, .float64, .int32, .int64, .uint8]

    /// Positions by a stable comparison in which NaN is the largest number.
    func sorted(_ row: [Double], descending: Bool) -> [Double] {
        let order = row.indices.sorted { left, right in
            let (a, b) = (row[left], row[right])
            if a == b || (a.isNaN && b.isNaN) { return left < right }
            let isLess = !a.isNaN && (b.isNaN || a < b)
            return descending ? !isLess : isLess
        }
        return order.map(Double.init)
    }

    func check(_ operand: Value) throws {
        let count = operand.type.shape.last ?? 0
        let rows = operand.type.shape.dropLast().reduce(1, *)
        let lines = (0..<rows).map { Array(operand.elements[$0 * count..<($0 + 1) * count]) }
        for descending in [false, true] {
            let kernel = try Kernel.argSort(operand.type, descending: descending)
            try expectRun(
                kernel, [operand], TensorType(.int32, operand.type.shape),
                gives: lines.flatMap { sorted($0, descending: descending) })
        }
        for k in Set([0, 1, 3, 65, count]) where k <= count {
            var shape = operand.type.shape
            shape[shape.rank - 1] = k
            try expectRun(
                try Kernel.topK(operand.type, k), [operand], TensorType(.int32, shape),
                gives: lines.flatMap { sorted($0, descending: true).prefix(k) })
        }
    }

    @Test(arguments: types)
    func order(_ dtype: DType) throws {
        for shape in [[1], [7], [3, 64], [2, 65], [2, 1000], [0], [3, 0], [0, 4]] as [Shape] {
            try check(Value(dtype, shape, seed: 11))
        }
    }

    @Test func specialNumbers() throws {
        let special: [Double] = [
            .nan, 0, -0.0, .infinity, -.infinity, 1, -1, .nan, 0, -0.0, 1e-38, -1e-38,
        ]
        for dtype in [DType.float32, .float64] {
            try check(Value(dtype, [special.count], special))
            let many = (0..<300).map { special[$0 * 7 % special.count] }
            try check(Value(dtype, [300], many))
        }
        try check(Value(.int32, [4], [Double(Int32.min), Double(Int32.max), 0, -1]))
        let least = Value(.int64, [3], [-9_223_372_036_854_775_808, 4e18, 0])
        try check(least)
    }

    /// The largest of all elements so far, looked for anew for each.
    private func maxima(_ operand: Value, _ scan: ScanParameters) -> [Double] {
        let shape = operand.type.shape
        let least: [DType: Double] = [
            .int32: Double(Int32.min), .int64: Double(Int64.min), .uint8: 0,
        ]
        return multiIndices(shape).map { index in
            let own = index[scan.axis]
            let so = scan.reverse ? Array(own..<shape[scan.axis]) : Array(0...own)
            return so.filter { !scan.exclusive || $0 != own }.reduce(
                least[operand.type.dtype] ?? -.infinity
            ) { largest, other in
                var there = index
                there[scan.axis] = other
                return max(largest, operand.elements[position(there, shape)])
            }
        }
    }

    @Test(arguments: types)
    func scans(_ dtype: DType) throws {
        let cases: [(Shape, Int)] = [
            ([9], 0), ([4, 5], 0), ([4, 5], 1), ([2, 3, 4], 1), ([30, 2000], 0), ([0, 3], 0),
            ([3, 0], 0), ([300, 100], 1),
        ]
        for (shape, axis) in cases {
            for (exclusive, reverse) in [
                (false, false), (true, false), (false, true), (true, true),
            ] {
                let operand = Value(dtype, shape, seed: 12)
                var sums = [Double](repeating: 0, count: operand.elements.count)
                var totals: [[Int]: Double] = [:]
                let all = multiIndices(shape)
                for index in reverse ? all.reversed() : all {
                    var line = index
                    line[axis] = 0
                    let before = totals[line, default: 0]
                    let at = position(index, shape)
                    totals[line] = before + operand.elements[at]
                    sums[at] = exclusive ? before : before + operand.elements[at]
                }
                if dtype == .uint8 {
                    sums = sums.map { Double(UInt8(truncatingIfNeeded: Int($0))) }
                }
                let parameters = ScanParameters(
                    axis: axis, exclusive: exclusive, reverse: reverse)
                try expectRun(
                    try Kernel.scan(.sum, operand.type, parameters), [operand], operand.type,
                    gives: sums)
                try expectRun(
                    try Kernel.scan(.maximum, operand.type, parameters), [operand], operand.type,
                    gives: maxima(operand, parameters))
            }
        }
    }
}
