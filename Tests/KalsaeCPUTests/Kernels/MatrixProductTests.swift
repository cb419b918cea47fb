import KalsaeCPU
import KalsaeGraph
import Testing

@Suite struct MatrixProductTests {
    /// The product by the definition, with the operands stored as asked.
    static func oracle(
        batch: Int, _ m: Int, _ n: Int, _ k: Int, _ left: [Double], _ right: [Double],
        _ parameters: MatrixProductParameters
    ) -> [Double] {
        var out: [Double] = []
        out.reserveCapacity(batch * m * n)
        for b in 0..<batch {
            for i in 0..<m {
                for j in 0..<n {
                    var sum = 0.0
                    for p in 0..<k {
                        let l = parameters.transposeLeft ? p * m + i : i * k + p
                        let r = parameters.transposeRight ? j * k + p : p * n + j
                        sum += left[b * m * k + l] * right[b * k * n + r]
                    }
                    out.append(sum)
                }
            }
        }
        return out
    }

    static func wrapped(_ values: [Double], _ dtype: DType) -> [Double] {
        dtype == .uint8 ? values.map { Double(UInt8(truncatingIfNeeded: Int($0))) } : values
    }

    static let sides = [false, true]

    func check(
        _ dtype: DType, batch: [Int] = [], _ m: Int, _ n: Int, _ k: Int
    ) throws {
        for transposeLeft in Self.sides {
            for transposeRight in Self.sides {
                let parameters = MatrixProductParameters(
                    transposeLeft: transposeLeft, transposeRight: transposeRight)
                let leftShape = Shape(batch + (transposeLeft ? [k, m] : [m, k]))
                let rightShape = Shape(batch + (transposeRight ? [n, k] : [k, n]))
                let left = Value(dtype, leftShape, seed: UInt64(m + 7))
                let right = Value(dtype, rightShape, seed: UInt64(n + 1000))
                let kernel = try Kernel.matrixProduct(
                    parameters, left: left.type, right: right.type)
                let expected = Self.oracle(
                    batch: batch.reduce(1, *), m, n, k, left.elements, right.elements, parameters)
                try expectRun(
                    kernel, [left, right], TensorType(dtype, Shape(batch + [m, n])),
                    gives: Self.wrapped(expected, dtype),
                    "\(m)x\(k)x\(n) \(transposeLeft) \(transposeRight)")
            }
        }
    }

    @Test(arguments: [DType.float32, .float64, .int32, .int64, .uint8])
    func smallSizes(_ dtype: DType) throws {
        for m in [0, 1, 2, 5, 8, 13] {
            for n in [0, 1, 3, 8, 10, 16, 17, 40] {
                for k in [0, 1, 4, 9] { try check(dtype, m, n, k) }
            }
        }
        // Deeper than one pass along k, and wider than one vector.
        try check(dtype, 9, 10, 300)
        try check(dtype, 3, 70, 520)
    }

    @Test(arguments: [DType.float32, .float64, .int32, .int64, .uint8])
    func largeSizes(_ dtype: DType) throws {
        try check(dtype, 100, 50, 130)
        try check(dtype, 65, 300, 65)
        try check(dtype, batch: [3], 40, 30, 50)
        try check(dtype, batch: [2, 3], 7, 5, 6)
        try check(dtype, batch: [0], 4, 4, 4)
        try check(dtype, batch: [2, 1], 64, 64, 64)
    }

    @Test func choosesTheEngineBySize() throws {
        func name(_ m: Int, _ n: Int, _ k: Int) throws -> String {
            try Kernel.matrixProduct(
                MatrixProductParameters(), left: TensorType(.float32, [m, k]),
                right: TensorType(.float32, [k, n])
            ).name
        }
        #expect(try name(32, 8, 4) == "matmul.plain")
        let engines = ["matmul.packed", "matmul.tiles", "matmul.onednn"]
        #expect(try engines.contains(name(128, 256, 784)))
        #expect(try name(128, 256, 5000) == "matmul.onednn")
    }

    @Test func nanIsNotLost() throws {
        for size in [4, 200] {
            var left = Value(.float32, [size, size], seed: 4)
            left.elements[0] = .nan
            let right = Value(.float32, [size, size], seed: 5)
            let kernel = try Kernel.matrixProduct(
                MatrixProductParameters(), left: left.type, right: right.type)
            let got = try run(kernel, [left, right], left.type)
            #expect(got[..<size].allSatisfy { $0.isNaN }, "\(kernel.name)")
            #expect(got[size...].allSatisfy { !$0.isNaN })
        }
    }
}
