import CKalsaeKernels
import KalsaeCPU
import KalsaeGraph
import Testing

/// Gather and scatter-add, which name entries the same way.
@Suite struct GatherTests {
    static let cases: [(values: Shape, indices: Shape, axis: Int)] = [
        ([6], [4], 0), ([5, 3], [7], 0), ([5, 3], [2, 2], 1), ([4, 6, 2], [3], 1),
        ([50, 300], [40], 0), ([5, 3], [0], 0), ([5, 0], [2], 0), ([3, 1, 2], [], 1),
        ([700, 130], [900], 0),
    ]

    func indices(_ dtype: DType, _ shape: Shape, below limit: Int) -> Value {
        let elements = (0..<shape.elementCount).map { Double($0 * 7919 % 8191 % limit) }
        return Value(dtype, shape, elements)
    }

    /// The index of an update's element in the base.
    func target(_ index: [Int], _ indices: Value, axis: Int) -> [Int] {
        let rank = indices.type.shape.rank
        let which = Array(index[axis..<axis + rank])
        let entry = Int(indices.elements[position(which, indices.type.shape)])
        return Array(index[..<axis]) + [entry] + Array(index[(axis + rank)...])
    }

    @Test(arguments: [DType.int32, .int64])
    func gather(_ indexType: DType) throws {
        for dtype in [DType.float32, .float64, .float16, .uint8] {
            for (shape, indexShape, axis) in Self.cases {
                let values = MovementTests.counting(dtype, shape)
                let indices = indices(indexType, indexShape, below: shape[axis])
                let types = [values.type, indices.type]
                let result = try Primitive.gather(axis: axis).resultType(of: types)
                let expected = multiIndices(result.shape).map { index in
                    values.elements[position(target(index, indices, axis: axis), shape)]
                }
                let kernel = Kernel.gather(values: types[0], indices: types[1], axis: axis)
                try expectRun(kernel, [values, indices], result, gives: expected, "\(shape)")
            }
        }
    }

    @Test(arguments: [DType.int32, .int64])
    func scatterAdd(_ indexType: DType) throws {
        for dtype in [DType.float32, .float64, .int32, .int64, .uint8] {
            for (shape, indexShape, axis) in Self.cases {
                let base = Value(dtype, shape, seed: 1)
                let indices = indices(indexType, indexShape, below: shape[axis])
                let updateType = try Primitive.gather(axis: axis).resultType(
                    of: [base.type, indices.type])
                let updates = Value(dtype, updateType.shape, seed: 2)
                var expected = base.elements
                for (index, update) in zip(multiIndices(updateType.shape), updates.elements) {
                    expected[position(target(index, indices, axis: axis), shape)] += update
                }
                if dtype == .uint8 {
                    expected = expected.map { Double(UInt8(truncatingIfNeeded: Int($0))) }
                }
                let kernel = try Kernel.scatterAdd(
                    base: base.type, indices: indices.type, axis: axis)
                try expectRun(
                    kernel, [base, indices, updates], base.type, gives: expected, "\(shape)")
            }
        }
    }

    @Test func indexOutOfRangeIsNoted() throws {
        for bad in [-1, 5, Int(Int32.max)] {
            let values = MovementTests.counting(.float32, [5, 2])
            let indices = Value(.int32, [3], [1, Double(bad), 9])
            let gather = Kernel.gather(values: values.type, indices: indices.type, axis: 0)
            let got = try run(gather, [values, indices], TensorType(.float32, [3, 2]))
            #expect(got == [2, 3, 0, 0, 0, 0])
            let error = kls_take_error()
            #expect(error.code == Int32(KLS_INDEX_OUT_OF_RANGE.rawValue))
            #expect(error.value == Int64(bad))
            #expect(error.limit == 5)
            #expect(kls_take_error().code == 0)

            let updates = Value(.float32, [3, 2], [1, 1, 1, 1, 1, 1])
            let scatter = try Kernel.scatterAdd(
                base: values.type, indices: indices.type, axis: 0)
            let added = try run(scatter, [values, indices, updates], values.type)
            #expect(added == [0, 1, 3, 4, 4, 5, 6, 7, 8, 9])
            #expect(kls_take_error().value == Int64(bad))
        }
    }
}
