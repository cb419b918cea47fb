import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import Testing

/// Loops over rows with one number for each row, as the rates of stacked optimizers are.
@Suite struct RowScalarTests {
    /// Rows shorter than a strip, longer, and longer than a block, with remainders of vectors.
    @Test(arguments: [(3, 700), (5, 1500), (2, 20_011), (4, 512)])
    func aNumberForEachRow(_ rows: Int, _ columns: Int) throws {
        let x = try Tensor.randn([rows, columns], seed: 1).evaluate()
        let y = try Tensor.randn([rows, columns], seed: 2).evaluate()
        let rates = try Tensor.randn([rows, 1], seed: 3).evaluate()
        let shares = try (Tensor.randn([rows, 1], seed: 4).abs() + 1).evaluate()
        // Scalars as either factor, as divisor, minuend and branch.
        let moved = rates * x + shares * y
        let other = (x - rates * y) / shares
        let chosen = (x .< rates).select(rates - x, y * y)
        try Tensor.evaluate([moved, other, chosen])
        let (a, b) = (try x.values(Double.self), try y.values(Double.self))
        let (r, s) = (try rates.values(Double.self), try shares.values(Double.self))
        let got = try [moved, other, chosen].map { try $0.values(Double.self) }
        for index in a.indices {
            let (x, y, r, s) = (a[index], b[index], r[index / columns], s[index / columns])
            let expected = [r * x + s * y, (x - r * y) / s, x < r ? r - x : y * y]
            // Three roundings of terms of this size.
            let size = r.magnitude * max(x.magnitude, y.magnitude) + s * y.magnitude + y * y + 1
            for (got, expected) in zip(got, expected) {
                guard (got[index] - expected).magnitude <= 4e-7 * size * 4 else {
                    Issue.record("\(rows)x\(columns) at \(index): \(got[index]), not \(expected)")
                    return
                }
            }
        }
    }

    @Test func aDivisorOfZeroIsFoundInItsRow() throws {
        let x = try Tensor([Int32](repeating: 7, count: 3 * 600)).reshaped(to: [3, 600]).evaluate()
        let divisors = try Tensor([Int32(2), 1, 0]).reshaped(to: [3, 1]).evaluate()
        #expect(throws: KalsaeError.self) { try (x / divisors + x).values(Int.self) }
        let whole = try Tensor([Int32(2), 1, 7]).reshaped(to: [3, 1]).evaluate()
        let values = try (x / whole + x).values(Int.self)
        #expect(values.count == 1800)
        #expect(values[0] == 10 && values[600] == 14 && values[1799] == 8)
    }
}
