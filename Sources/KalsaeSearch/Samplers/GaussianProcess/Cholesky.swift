/// The Cholesky factor L of a positive definite matrix A = L Lᵀ, which grows row by row.
///
/// Rows lie `capacity` numbers apart, so that a further row of A costs O(n²) and copies nothing.
struct Cholesky: Sendable {
    private(set) var count = 0
    private var capacity = 0
    private var rows: [Double] = []

    /// An empty factor with space for some rows.
    init(capacity: Int = 64) { reserve(capacity) }

    /// Adds a row: A[n, 0..<n] and A[n, n]. A diagonal that rounding made too small is raised.
    mutating func append(_ row: [Double], diagonal: Double) {
        if count == capacity { reserve(2 * max(8, capacity)) }
        var solved = row
        solve(&solved)
        let rest = solved.withUnsafeBufferPointer { row in
            dot(row.baseAddress, row.baseAddress, count)
        }
        let base = count * capacity
        for column in 0..<count { rows[base + column] = solved[column] }
        rows[base + count] = max(diagonal - rest, 1e-10 * max(diagonal, 1)).squareRoot()
        count += 1
    }

    /// L⁻¹ b in place; b has `count` numbers.
    func solve(_ b: inout [Double]) {
        b.withUnsafeMutableBufferPointer { b in
            rows.withUnsafeBufferPointer { rows in
                guard let x = b.baseAddress, let rows = rows.baseAddress else { return }
                for i in 0..<min(count, b.count) {
                    let row = rows + i * capacity
                    x[i] = (x[i] - dot(row, x, i)) / row[i]
                }
            }
        }
    }

    /// L⁻ᵀ b in place.
    func solveTransposed(_ b: inout [Double]) {
        b.withUnsafeMutableBufferPointer { b in
            rows.withUnsafeBufferPointer { rows in
                guard let x = b.baseAddress, let rows = rows.baseAddress else { return }
                for i in stride(from: min(count, b.count) - 1, through: 0, by: -1) {
                    let row = rows + i * capacity
                    x[i] /= row[i]
                    let value = x[i]
                    for j in 0..<i { x[j] -= row[j] * value }
                }
            }
        }
    }

    /// A⁻¹, its lower triangle in rows of `count`.
    func inverse() -> [Double] {
        let n = count
        // Column j of L⁻ᵀ holds row j of L⁻¹: dots run over memory that is dense.
        var transposed = [Double](repeating: 0, count: n * n)
        var column = [Double](repeating: 0, count: n)
        for j in 0..<n {
            for i in 0..<n { column[i] = i == j ? 1 : 0 }
            solve(&column)
            for i in j..<n { transposed[j * n + i] = column[i] }
        }
        var inverse = [Double](repeating: 0, count: n * n)
        transposed.withUnsafeBufferPointer { transposed in
            guard let base = transposed.baseAddress else { return }
            for i in 0..<n {
                for j in 0...i {
                    inverse[i * n + j] = dot(base + i * n + i, base + j * n + i, n - i)
                }
            }
        }
        return inverse
    }

    /// log det A.
    var logDeterminant: Double {
        (0..<count).reduce(0.0) { $0 + 2 * logarithm(rows[$1 * capacity + $1]) }
    }

    private mutating func reserve(_ wanted: Int) {
        var larger = [Double](repeating: 0, count: wanted * wanted)
        for row in 0..<count {
            for column in 0...row { larger[row * wanted + column] = rows[row * capacity + column] }
        }
        (rows, capacity) = (larger, wanted)
    }
}

/// Σ a[i] b[i]; eight sums side by side, always in the same order.
@inline(__always) func dot(
    _ a: UnsafePointer<Double>?, _ b: UnsafePointer<Double>?, _ count: Int
) -> Double {
    guard let a, let b else { return 0 }
    var sums = SIMD8<Double>()
    var index = 0
    while index + 8 <= count {
        let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
        let right = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
        sums += left * right
        index += 8
    }
    var sum = sums.sum()
    while index < count {
        sum += a[index] * b[index]
        index += 1
    }
    return sum
}
