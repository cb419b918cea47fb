import Glibc
import KalsaeGraph
import KalsaeTensor
import Testing

/// Random draws: ranges always, means within five standard errors of a fixed seed.
@Suite struct RandomDrawTests {
    let key = RandomKey(seed: 42)

    private func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
        let mean = x.reduce(0, +) / Double(x.count)
        return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count))
    }

    @Test func wholeNumbers() throws {
        try onEachDevice { () throws in
            let draws = try Tensor.randomIntegers([6000], in: -2..<4, key: key).values(Int.self)
            let counts = (-2..<4).map { number in draws.count { $0 == number } }
            #expect(counts.reduce(0, +) == 6000)
            #expect(counts.allSatisfy { abs($0 - 1000) < 150 })
            expectFault(.randomIntegers([2], in: 3..<3, key: key), "randomIntegers", "3..<3")
            expectFault(.randomIntegers([2], in: 0..<300, key: key, dtype: .uint8), "uint8")
            expectFault(.randomIntegers([2], in: .min..<(.max), key: key), "2^53")
        }
    }

    @Test func drawsBySeed() throws {
        try onEachDevice { () throws in
            let (x, y) = (Tensor.randn([50, 200], seed: 3), Tensor.rand([50, 200], seed: 3))
            for tensor in [x, y] {
                #expect(tensor.shape == [50, 200] && tensor.dtype == .float32)
            }
            #expect(Tensor.randn([2], seed: 3, dtype: .float64).dtype == .float64)
            // Standard errors of 10,000 draws: .01 of the mean, .0141 of the variance.
            let normal = moments(try x.values(Double.self))
            #expect(abs(normal.mean) < 0.05 && abs(normal.variance - 1) < 0.071)
            let even = try y.values(Double.self)
            #expect(even.allSatisfy { (0..<1).contains($0) })
            #expect(abs(moments(even).mean - 0.5) < 5 * 0.00289)
            #expect(try Tensor.randn([50, 200], seed: 3).values() == x.values())
            #expect(try Tensor.randn([50, 200], seed: 4).values() != x.values())
        }
    }

    @Test func permutations() throws {
        try onEachDevice { () throws in
            let order = try Tensor.randomPermutation(100, key: key).values(Int.self)
            #expect(order.sorted() == Array(0..<100) && order != Array(0..<100))
            let rows = Tensor.arange(10).reshaped(to: [5, 2]).shuffled(key: key)
            let values = try rows.values(Int.self)
            #expect(rows.shape == [5, 2] && values.sorted() == Array(0..<10))
            #expect(stride(from: 0, to: 10, by: 2).allSatisfy { values[$0] + 1 == values[$0 + 1] })
        }
    }

    @Test func truncatedNormal() throws {
        try onEachDevice { () throws in
            let draws = try Tensor.truncatedNormal([8000], mean: 3, deviation: 2, key: key)
                .values(Double.self)
            let (mean, variance) = moments(draws)
            #expect(draws.allSatisfy { abs($0 - 3) <= 4.0001 })
            #expect(abs(mean - 3) < 0.1)
            // The variance of a normal distribution cut at 2 deviations is .774 of the whole.
            #expect(abs(variance / 4 - 0.7737) < 0.05)
            expectFault(.truncatedNormal([2], bound: 0, key: key), "truncatedNormal")
        }
    }

    @Test func exponentialAndGumbel() throws {
        try onEachDevice { () throws in
            let waits = try Tensor.exponential([8000], rate: 2, key: key).values(Double.self)
            #expect(waits.allSatisfy { $0 >= 0 && $0.isFinite })
            #expect(abs(moments(waits).mean - 0.5) < 0.03)
            let noise = try Tensor.gumbel([8000], key: key).values(Double.self)
            #expect(noise.allSatisfy { $0.isFinite })
            #expect(abs(moments(noise).mean - 0.5772) < 0.08)
        }
    }

    @Test func categories() throws {
        try onEachDevice { () throws in
            let logits = Tensor([log(0.7), -.infinity, log(0.3)] as [Double]).broadcast(to: [
                4000, 3,
            ])
            let draws = Tensor.categorical(logits: logits, key: key)
            let counts = try draws.bincount(bins: 3).values(Int.self)
            #expect(draws.shape == [4000] && draws.dtype == .int32)
            #expect(counts[1] == 0 && abs(counts[0] - 2800) < 150)
        }
    }
}
