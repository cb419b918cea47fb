import KalsaeCPU
import KalsaeGraph
import Testing

@Suite struct MovementTests {
    static let types: [DType] = [.float32, .float64, .float16, .uint8]

    /// An operand whose elements are all different as far as the type allows.
    static func counting(_ dtype: DType, _ shape: Shape) -> Value {
        let limit = dtype == .uint8 ? 251 : 65_521
        return Value(dtype, shape, (0..<shape.elementCount).map { Double($0 % limit) })
    }

    /// Runs a movement and compares it with the operand's elements at the indices that `source`
    /// gives; nil stands for the padding value.
    func check(
        _ primitive: Primitive, _ operands: [Value], padding: Double = 0,
        source: ([Int]) -> (Int, [Int])?
    ) throws {
        let result = try primitive.resultType(of: operands.map(\.type))
        let made = try Kernel.heavy(primitive, operands: operands.map(\.type), result: result)
        let kernel = try #require(made)
        let expected = multiIndices(result.shape).map { index -> Double in
            guard let (which, from) = source(index) else { return padding }
            return operands[which].elements[position(from, operands[which].type.shape)]
        }
        try expectRun(kernel, operands, result, gives: expected, "\(primitive)")
    }

    @Test(arguments: types)
    func transpose(_ dtype: DType) throws {
        let cases: [(Shape, [Int])] = [
            ([3, 5], [1, 0]), ([33, 70], [1, 0]), ([128, 100], [1, 0]), ([2, 3, 4], [2, 1, 0]),
            ([2, 3, 4], [0, 2, 1]), ([5, 9, 17, 3], [0, 3, 1, 2]), ([4, 6, 5, 8], [0, 2, 1, 3]),
            ([2, 0, 3], [1, 2, 0]), ([1, 7, 1], [2, 1, 0]), ([300, 401], [1, 0]), ([], []),
        ]
        for (shape, permutation) in cases {
            try check(.transpose(permutation), [Self.counting(dtype, shape)]) { index in
                var from = index
                for (axis, other) in permutation.enumerated() { from[other] = index[axis] }
                return (0, from)
            }
        }
    }

    @Test(arguments: types)
    func broadcastAndReshape(_ dtype: DType) throws {
        let cases: [(Shape, Shape)] = [
            ([1, 5], [4, 5]), ([4, 1], [4, 5]), ([1, 1], [300, 500]), ([2, 1, 3], [2, 4, 3]),
            ([1, 0], [3, 0]), ([1], [0]),
        ]
        for (shape, wide) in cases {
            try check(.broadcast(wide), [Self.counting(dtype, shape)]) { index in
                (0, zip(index, shape).map { $1 == 1 ? 0 : $0 })
            }
        }
        try check(.reshape([15, 2]), [Self.counting(dtype, [5, 6])]) { index in
            let at = index[0] * 2 + index[1]
            return (0, [at / 6, at % 6])
        }
    }

    @Test(arguments: types)
    func slice(_ dtype: DType) throws {
        let cases: [(Shape, [Int], [Int], [Int])] = [
            ([10], [2], [4], [2]), ([10], [9], [10], [-1]), ([6, 7], [1, 5], [5, 3], [1, -2]),
            ([6, 7], [5, 0], [6, 7], [-1, 1]), ([4, 5, 6], [0, 4, 3], [4, 1, 2], [1, 9, 1]),
            ([4, 4], [0, 0], [0, 4], [1, 1]), ([400, 300], [399, 1], [400, 298], [-1, 1]),
        ]
        for (shape, starts, counts, strides) in cases {
            let slice = SliceParameters(starts: starts, counts: counts, strides: strides)
            try check(.slice(slice), [Self.counting(dtype, shape)]) { index in
                (0, index.indices.map { starts[$0] + index[$0] * strides[$0] })
            }
        }
    }

    @Test(arguments: types)
    func pad(_ dtype: DType) throws {
        let cases: [(Shape, PadParameters)] = [
            ([3, 4], PadParameters(low: [1, 2], high: [0, 3])),
            ([3, 4], PadParameters(low: [0, 1], high: [2, 0], interior: [1, 2])),
            ([2, 5, 5, 3], PadParameters(low: [0, 1, 2, 0], high: [0, 2, 1, 0])),
            ([3, 4], PadParameters(low: [0, 0], high: [0, 0])),
            ([0, 2], PadParameters(low: [1, 1], high: [1, 0])),
        ]
        for (shape, pad) in cases {
            let value = Value(dtype, [], [7])
            try check(.pad(pad), [Self.counting(dtype, shape), value], padding: 7) { index in
                var from: [Int] = []
                for axis in index.indices {
                    let (step, offset) = (pad.interior[axis] + 1, index[axis] - pad.low[axis])
                    guard offset >= 0, offset % step == 0, offset / step < shape[axis] else {
                        return nil
                    }
                    from.append(offset / step)
                }
                return (0, from)
            }
        }
    }

    @Test(arguments: types)
    func concatenate(_ dtype: DType) throws {
        let cases: [([Shape], Int)] = [
            ([[2, 3], [4, 3]], 0), ([[2, 3], [2, 1], [2, 5]], 1), ([[0, 3], [2, 3]], 0),
            ([[2, 2, 3], [2, 4, 3]], 1), ([[5]], 0),
        ]
        for (shapes, axis) in cases {
            let operands = shapes.map { Self.counting(dtype, $0) }
            try check(.concatenate(axis: axis), operands) { index in
                var (which, from) = (0, index)
                while from[axis] >= shapes[which][axis] {
                    from[axis] -= shapes[which][axis]
                    which += 1
                }
                return (which, from)
            }
        }
    }

    @Test func iota() throws {
        for dtype in [DType.float32, .float64, .int32, .int64, .uint8] {
            for (shape, axis) in [
                ([5], 0), ([3, 4], 0), ([3, 4], 1), ([2, 3, 4], 1), ([0, 2], 1),
            ]
                as [(Shape, Int)]
            {
                let parameters = IotaParameters(TensorType(dtype, shape), axis: axis)
                let expected = multiIndices(shape).map { Double($0[axis]) }
                try expectRun(
                    try Kernel.iota(parameters), [], parameters.type, gives: expected)
            }
        }
    }

    @Test func tooManyAxesAreRefused() throws {
        let shape = Shape([Int](repeating: 2, count: 10))
        #expect(throws: (any Error).self) {
            try Kernel.transpose(TensorType(.float32, shape), Array((0..<10).reversed()))
        }
    }
}
