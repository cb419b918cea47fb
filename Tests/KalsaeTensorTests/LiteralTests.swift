import KalsaeGraph
import KalsaeTensor
import Testing

/// The types of literals, alone and beside tensors.
@Suite struct LiteralTests {
    @Test func arraysHaveTheTypeOfTheirElements() {
        let doubles: [Double] = [1, 2]
        let rows: [(Tensor, DType)] = [
            (Tensor([1.5, 2.5]), .float32), (Tensor([1, 2.5]), .float32),
            (Tensor([1.5, 2.5], shape: [2, 1]), .float32), (Tensor([1, 2]), .int64),
            (Tensor([1, 2], shape: [1, 2]), .int64), (Tensor(doubles), .float64),
            (Tensor(doubles.map { $0 * 2 }), .float64), (Tensor([1.5] as [Double]), .float64),
            (Tensor([Int32(1), 2]), .int32), (Tensor([true, false]), .bool),
            (Tensor([UInt8(1)], shape: [1]), .uint8), ([1, 2], .float32), ([[1.5], [2]], .float32),
            (Tensor(doubles[0]), .float64), (Tensor(1.5), .float32), (3, .float32), (1.5, .float32),
        ]
        for (row, (tensor, dtype)) in rows.enumerated() {
            #expect(tensor.fault == nil && tensor.dtype == dtype, "row \(row)")
        }
    }

    @Test func numbersTakeOnTheTypeBesideThem() throws {
        let half: Tensor = 0.5
        let three: Tensor = 3
        #expect(try half.item() == 0.5)
        #expect(three.shape == [])
        let third: Tensor = 0.3
        let doubles = Tensor([1, 2] as [Double])
        let (whole, bytes) = (Tensor([Int32(4), 5]), Tensor([UInt8(7)]))
        #expect(try (doubles * third).values(Double.self) == [0.3, 0.6])
        #expect((third * doubles).dtype == .float64)
        #expect(try (whole + three).values(Int.self) == [7, 8])
        #expect((three - whole).dtype == .int32)
        #expect(try (bytes % three).values(Int.self) == [1])
        #expect(try (doubles .> half).values(Bool.self) == [true, true])
        #expect((whole .> 4).select(whole, three).dtype == .int32)
        #expect((whole + half).fault?.error.advice.contains("cast(to:") == true)
        // Arithmetic of literals is one too.
        #expect(try (-three * 2 * doubles).values(Double.self) == [-6, -12])
        #expect(try (1 / three * doubles).values(Double.self) == [1 / 3.0, 2 / 3.0])
        // What was computed has its type.
        #expect((three.sqrt() + doubles).fault != nil)
        let large: Tensor = 1e300
        #expect(try (large * Tensor([2] as [Double])).values(Double.self) == [2e300])
    }

    /// Plain arithmetic compiles as it does without tensors; numbers of any type go beside them.
    @Test func plainArithmeticIsUntouched() throws {
        let numbers = [1.5, 2.5]
        let total = numbers.reduce(0, +)
        let (product, counted) = (numbers.reduce(1, *), [1, 2].reduce(0, +))
        #expect(total == 4 && product == 3.75 && counted == 3)
        let (n, k, f) = (2.0, 3, Float(0.5))
        let x: Tensor = [1, 2]
        let scaled = [x, x].map { $0 * 2 + 1 }
        #expect(try scaled[1].values() == [3, 5])
        #expect(
            try (x * n + (n + 1) * x - x / k + f * x).values().map { ($0 * 6).rounded() } == [
                31, 62,
            ])
        #expect(try (2 * 0.5 * x.pow(2) + x.maximum(1.5)).values() == [2.5, 6])
        #expect(try (x .< .infinity).values(Bool.self) == [true, true])
        #expect(try x.lerp(to: [3, 4], weight: 0.5).values() == [2, 3])
    }

    @Test func mismatchedTypesTellTheCast() {
        let x = Tensor([1.5])
        for fault in [
            (x + Tensor([1.5] as [Double])), x .< Tensor([1]), x.matmul(Tensor([1])),
            (x .> 0).select(x, Tensor([1])),
            Tensor.concatenate([x, Tensor([1])], axis: 0),
        ] { #expect(fault.fault?.description.contains("cast(to:") == true, "\(fault)") }
    }
}
