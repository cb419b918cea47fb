import KalsaeGraph

extension BackendCase {
    private static var rows: [(shape: Shape, axes: [Int])] {
        [
            ([], []), ([1], [0]), ([3], [0]), ([17], [0]), ([64], [0]), ([1025], [0]),
            ([5000], [0]),
            ([0], [0]), ([3, 5], [0]), ([3, 5], [1]), ([3, 5], [0, 1]), ([3, 5], []),
            ([65, 33], [0]),
            ([65, 33], [1]), ([2, 3, 4], [1]), ([2, 3, 4], [0, 2]), ([2, 3, 4], [1, 2]),
            ([2, 0, 3], [1]), ([0, 3], [1]), ([3, 1, 5], [1]), ([2, 5, 7, 3], [0, 1, 2]),
            ([300, 2], [0]), ([2, 300], [1]),
        ]
    }

    /// Sum, product, largest, smallest, their positions, and scans.
    static var reductions: [BackendCase] {
        var cases: [BackendCase?] = []
        for dtype in DType.allCases {
            for row in rows {
                let type = TensorType(dtype, row.shape)
                let count = row.axes.reduce(1) { $0 * row.shape[$1] }
                for reduction in Reduction.allCases {
                    let domain: Domain =
                        reduction == .product && dtype.isFloat
                        ? .numbers([1.1, -0.9, 1.01, 0.95]) : .normal
                    cases.append(
                        .single(
                            .reduce(reduction, axes: row.axes), [type], [domain],
                            errorFactor: 1 + Double(count) / 8))
                }
                guard row.axes.count == 1 else { continue }
                for reduction in [ArgReduction.max, .min] {
                    for domain in [Domain.normal, .integers(0...3), .special] {
                        cases.append(
                            .single(.argReduce(reduction, axis: row.axes[0]), [type], [domain]))
                    }
                }
                for (exclusive, reverse) in [
                    (false, false), (true, false), (false, true), (true, true),
                ] {
                    let parameters = ScanParameters(
                        axis: row.axes[0], exclusive: exclusive, reverse: reverse)
                    cases += Scan.allCases.map { scan in
                        .single(
                            .scan(scan, parameters), [type], [.normal],
                            errorFactor: 1 + Double(count) / 8)
                    }
                    for domain in [Domain.integers(0...3), .special] {
                        cases.append(.single(.scan(.maximum, parameters), [type], [domain]))
                    }
                }
            }
            for reduction in Reduction.allCases {
                let special = TensorType(dtype, [3, 21])
                cases.append(.single(.reduce(reduction, axes: [0]), [special], [.special]))
                cases.append(
                    .single(
                        .reduce(reduction, axes: [1]), [special],
                        [.numbers([1, 2, .infinity, 3, 4, 5, 6, 7])]))
                cases.append(
                    .single(
                        .reduce(reduction, axes: [1]), [special],
                        [.numbers([Double](repeating: 1, count: 20) + [.nan, 2])]))
            }
        }
        return cases.compactMap { $0 }
    }

    /// Sorting and the largest k, with ties and NaN.
    static var orderings: [BackendCase] {
        var cases: [BackendCase?] = []
        let shapes: [Shape] = [[0], [1], [5], [65], [3, 17], [2, 2, 300], [0, 3], [3, 0]]
        for dtype in DType.allCases {
            for shape in shapes {
                let type = TensorType(dtype, shape)
                for domain in [Domain.normal, .integers(0...4), .special] {
                    for isDescending in [false, true] {
                        cases.append(.single(.argSort(descending: isDescending), [type], [domain]))
                    }
                    for k in [0, 1, 3, shape[shape.rank - 1]] {
                        cases.append(.single(.topK(k), [type], [domain]))
                    }
                }
            }
        }
        return cases.compactMap { $0 }
    }
}
