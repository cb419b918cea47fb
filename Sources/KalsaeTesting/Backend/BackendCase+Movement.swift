import KalsaeGraph

extension BackendCase {
    /// Broadcast, reshape, transpose, slice, pad and concatenate on every type.
    static var movement: [BackendCase] {
        DType.allCases.flatMap { dtype in
            (broadcasts(dtype) + transposes(dtype) + slices(dtype) + pads(dtype)
                + concatenations(dtype)).compactMap { $0 }
        }
    }

    private static func broadcasts(_ dtype: DType) -> [BackendCase?] {
        let pairs: [(Shape, Shape)] = [
            ([1], [17]), ([1, 5], [3, 5]), ([3, 1], [3, 5]), ([1, 1], [65, 3]),
            ([2, 1, 3], [2, 70, 3]),
            ([1, 4, 1], [2, 4, 3]), ([1, 0], [5, 0]), ([1], [0]), ([2, 3], [2, 3]), ([], []),
            ([1, 65], [64, 65]),
        ]
        let reshapes: [(Shape, Shape)] = [
            ([6, 4], [2, 12]), ([1, 1], []), ([0, 3], [7, 0]), ([17], [1, 17, 1]),
        ]
        return pairs.map { .single(.broadcast($1), [TensorType(dtype, $0)], [.normal]) }
            + reshapes.map { .single(.identity, [TensorType(dtype, $0.0)], [.normal]) }
            + pairs.map {
                .single(
                    .barrier, [TensorType(dtype, $0.0), TensorType(dtype, $0.1)],
                    [.normal, .normal])
            }
            + reshapes.map { .single(.reshape($1), [TensorType(dtype, $0)], [.normal]) }
    }

    private static func transposes(_ dtype: DType) -> [BackendCase?] {
        let rows: [(Shape, [Int])] = [
            ([3, 5], [1, 0]), ([65, 33], [1, 0]), ([1, 17], [1, 0]), ([0, 3], [1, 0]),
            ([2, 3, 5], [0, 2, 1]), ([2, 3, 5], [2, 1, 0]), ([4, 5, 6], [1, 2, 0]),
            ([2, 3, 4, 5], [0, 3, 1, 2]), ([2, 3, 4, 5], [3, 0, 2, 1]), ([7], [0]), ([], []),
            ([2, 1, 3, 1, 4], [4, 3, 2, 1, 0]),
        ]
        return rows.map { .single(.transpose($1), [TensorType(dtype, $0)], [.normal]) }
    }

    private static func slices(_ dtype: DType) -> [BackendCase?] {
        let rows: [(Shape, [Int], [Int], [Int])] = [
            ([17], [3], [5], [1]), ([17], [0], [9], [2]), ([17], [16], [17], [-1]),
            ([17], [15], [4], [-4]), ([17], [5], [0], [1]), ([17], [5], [1], [3]),
            ([17], [5], [1], [.max]), ([17], [5], [1], [.min]),
            ([0], [0], [0], [1]),
            ([5, 6], [1, 2], [3, 3], [1, 1]), ([5, 6], [4, 0], [3, 6], [-2, 1]),
            ([5, 6], [0, 5], [5, 3], [1, -2]), ([3, 4, 70], [1, 0, 3], [2, 4, 65], [1, 1, 1]),
            ([3, 4, 5], [0, 1, 4], [3, 2, 2], [1, 2, -3]), ([], [], [], []),
        ]
        return rows.map { shape, starts, counts, strides in
            let slice = SliceParameters(starts: starts, counts: counts, strides: strides)
            return .single(.slice(slice), [TensorType(dtype, shape)], [.normal])
        }
    }

    private static func pads(_ dtype: DType) -> [BackendCase?] {
        let rows: [(Shape, [Int], [Int], [Int])] = [
            ([5], [2], [3], [0]), ([5], [0], [0], [2]), ([5], [1], [0], [1]), ([0], [2], [1], [3]),
            ([1], [0], [0], [9]), ([3, 4], [1, 0], [0, 2], [0, 1]),
            ([3, 65], [1, 1], [1, 1], [0, 0]),
            ([2, 5, 5, 3], [0, 1, 2, 0], [0, 2, 1, 0], [0, 0, 0, 0]),
            ([0, 3], [1, 1], [0, 0], [0, 0]),
            ([], [], [], []),
        ]
        return rows.map { shape, low, high, interior in
            let pad = PadParameters(low: low, high: high, interior: interior)
            return .single(
                .pad(pad), [TensorType(dtype, shape), TensorType(dtype, [])], [.normal, .normal])
        }
    }

    private static func concatenations(_ dtype: DType) -> [BackendCase?] {
        let rows: [([Shape], Int)] = [
            ([[3], [5]], 0), ([[3], [0], [1]], 0), ([[2, 3], [2, 1], [2, 65]], 1),
            ([[2, 3], [4, 3]], 0), ([[2, 3, 4], [2, 5, 4]], 1), ([[0, 3], [0, 2]], 1), ([[7]], 0),
            ([[0], [0]], 0),
        ]
        return rows.map { shapes, axis in
            .single(
                .concatenate(axis: axis), shapes.map { TensorType(dtype, $0) },
                shapes.map { _ in .normal })
        }
    }

    /// Gather and scatter-add on every type, with both types of index.
    static var indexing: [BackendCase] {
        let rows: [(values: Shape, indices: Shape, axis: Int)] = [
            ([17], [5], 0), ([5], [70], 0), ([1], [], 0), ([5, 3], [4], 0), ([5, 3], [4], 1),
            ([2, 7, 3], [2, 2], 1), ([2, 7, 65], [3], 1), ([5, 3], [0], 0), ([0, 5], [3], 1),
            ([5, 0], [3], 0), ([9, 4], [3, 1, 2], 0),
        ]
        var cases: [BackendCase?] = []
        for dtype in DType.allCases {
            for row in rows {
                for indexType in [DType.int32, .int64] {
                    let values = TensorType(dtype, row.values)
                    let indices = TensorType(indexType, row.indices)
                    let valid = Domain.integers(0...max(row.values[row.axis] - 1, 0))
                    let gather = Primitive.gather(axis: row.axis)
                    cases.append(.single(gather, [values, indices], [.normal, valid]))
                    guard let updates = try? gather.resultType(of: [values, indices]) else {
                        continue
                    }
                    cases.append(
                        .single(
                            .scatterAdd(axis: row.axis), [values, indices, updates],
                            [.normal, valid, .normal], errorFactor: 16))
                }
            }
        }
        return cases.compactMap { $0 }
    }
}
