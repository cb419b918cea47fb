import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Numbers joined over axes. The oracles see two rows of three.
let reductionRows: [OpCase] = [
    whole("sum", is: { $0.reduce(0, +) }) { $0.sum() },
    rows("sum over an axis", is: { $0.reduce(0, +) }) { $0.sum(axes: [-1]) },
    columns("sum with axes kept", is: { $0[0] + $0[1] }) { $0.sum(axes: [0], keepsAxes: true) },
    whole("product", is: { $0.reduce(1, *) }) { $0.product() },
    rows("product over an axis", is: { $0.reduce(1, *) }) { $0.product(axes: [1]) },
    OpCase(
        "product with a zero", inputs: [OpInput([2, 3], .numbers([0, 2, 3, 4, 5, 6]))], order: 1,
        oracle: { _ in [0, 120] }, body: { $0[0].product(axes: [1]) }),
    whole("max", .distinct, order: 2, is: { $0.max() ?? 0 }) { $0.max() },
    rows("max over an axis", .distinct, is: { $0.max() ?? 0 }) { $0.max(axes: [1]) },
    columns("min with axes kept", .distinct, is: { $0.min() ?? 0 }) {
        $0.min(axes: [0], keepsAxes: true)
    },
    whole("min", .distinct, order: 2, is: { $0.min() ?? 0 }) { $0.min() },
    whole("mean", is: { $0.reduce(0, +) / 6 }) { $0.mean() },
    rows("mean over an axis", is: { $0.reduce(0, +) / 3 }) { $0.mean(axes: [1]) },
    whole("variance", is: { variance($0, 0) }) { $0.variance() },
    rows("variance with correction", is: { variance($0, 1) }) {
        $0.variance(axes: [1], correction: 1)
    },
    rows("standardDeviation", .distinct, is: { variance($0, 0).squareRoot() }) {
        $0.standardDeviation(axes: [1])
    },
    OpCase(
        "sum of bytes", inputs: [OpInput([300], dtype: .uint8)], shapes: [[[0]]], order: 0,
        oracle: { [$0[0].reduce(0, +)] }, body: { $0[0].sum() }),
    OpCase(
        "sum of truths", inputs: [OpInput([300], dtype: .bool)], shapes: [[[0]]], order: 0,
        oracle: { [$0[0].reduce(0, +)] }, body: { $0[0].sum() }),
    OpCase(
        "sum of int32 past its range",
        inputs: [OpInput([2, 3], .numbers([2e9, 2e9, 7, -2e9, -2e9, -2e9]), dtype: .int32)],
        order: 0, oracle: { rowsOf($0[0]).map { $0.reduce(0, +) } },
        body: { $0[0].sum(axes: [1]) }),
    OpCase(
        "product of int32 past its range",
        inputs: [OpInput([3], .numbers([65_536, 65_536, 3]), dtype: .int32)], order: 0,
        oracle: { [$0[0].reduce(1, *)] }, body: { $0[0].product() }),
    OpCase(
        "cumulativeSum of int32 past its range",
        inputs: [OpInput([4], .numbers([2e9, 2e9, 7, -4e8]), dtype: .int32)], order: 0,
        oracle: { _ in [2e9, 4e9, 4_000_000_007, 3_600_000_007] },
        body: { $0[0].cumulativeSum() }),
    OpCase(
        "cumulativeProduct of int32 past its range",
        inputs: [OpInput([3], .numbers([65_536, 65_536, 3]), dtype: .int32)], order: 0,
        oracle: { _ in [65_536, 4_294_967_296, 12_884_901_888] },
        body: { $0[0].cumulativeProduct() }),
    OpCase(
        "max of whole numbers", inputs: [OpInput([3, 4], dtype: .int32)], order: 0,
        oracle: { [$0[0].max() ?? 0] }, body: { $0[0].max() }),
    OpCase(
        "sum of nothing", inputs: [OpInput([2, 0])], shapes: [[[0, 0]]],
        oracle: { _ in [0, 0] }, body: { $0[0].sum(axes: [1]) }),
    OpCase(
        "sum of many", inputs: [OpInput([33, 70])], order: 1, errorFactor: 64,
        oracle: { [$0[0].reduce(0, +)] }, body: { $0[0].sum() }),
    rows(
        "argMax", .integers(0...2), order: 0, is: { Double($0.firstIndex(of: $0.max() ?? 0) ?? -1) }
    ) {
        $0.argMax()
    },
    columns(
        "argMin with the axis kept", .integers(0...2), order: 0,
        is: { Double($0.firstIndex(of: $0.min() ?? 0) ?? -1) }
    ) { $0.argMin(axis: 0, keepsAxis: true) },
    running("cumulativeSum", is: { [$0[0], $0[0] + $0[1], $0[0] + $0[1] + $0[2]] }) {
        $0.cumulativeSum()
    },
    running("exclusive cumulativeSum", is: { [0, $0[0], $0[0] + $0[1]] }) {
        $0.cumulativeSum(exclusive: true)
    },
    running("reverse cumulativeSum", is: { [$0[0] + $0[1] + $0[2], $0[1] + $0[2], $0[2]] }) {
        $0.cumulativeSum(axis: 1, reverse: true)
    },
    running(
        "cumulativeMaximum", .distinct,
        is: { [$0[0], max($0[0], $0[1]), max($0[0], $0[1], $0[2])] }
    ) { $0.cumulativeMaximum() },
    running(
        "reverse cumulativeMaximum", .distinct,
        is: { [max($0[0], $0[1], $0[2]), max($0[1], $0[2]), $0[2]] }
    ) { $0.cumulativeMaximum(axis: 1, reverse: true) },
    OpCase(
        "exclusive cumulativeMaximum with NaN",
        inputs: [OpInput([2, 3], .numbers([1, 3, 2, 4, .nan, 5]))], shapes: [[[0, 3]], [[3, 0]]],
        order: 0, oracle: { _ in [-.infinity, 1, 3, -.infinity, 4, .nan] },
        body: { $0[0].cumulativeMaximum(exclusive: true) }),
    OpCase(
        "cumulativeMaximum of whole numbers", inputs: [OpInput([2, 3], dtype: .int32)], order: 0,
        oracle: {
            rowsOf($0[0]).flatMap { [$0[0], max($0[0], $0[1]), max($0[0], $0[1], $0[2])] }
        }, body: { $0[0].cumulativeMaximum() }),
]

/// Orders of the last axis.
let sortingRows: [OpCase] = [
    OpCase(
        "argSorted", inputs: [OpInput([5], .numbers([3, 1, 2, 1, 3]))], shapes: [[[0]], [[2, 3]]],
        order: 0, oracle: { _ in [1, 3, 2, 0, 4] }, body: { $0[0].argSorted() }),
    OpCase(
        "argSorted descending", inputs: [OpInput([5], .numbers([3, 1, 2, 1, 3]))], order: 0,
        oracle: { _ in [0, 4, 2, 1, 3] }, body: { $0[0].argSorted(descending: true) }),
    running("sorted", .distinct, is: { $0.sorted() }) { $0.sorted() },
    running("sorted descending", .distinct, is: { $0.sorted(by: >) }) {
        $0.sorted(descending: true)
    },
    // NaN is the largest number, as torch.sort, torch.topk and torch.argmax (2.9) have it.
    OpCase(
        "argSorted with NaN", inputs: [OpInput([5], .numbers([1, .nan, 3, .infinity, .nan]))],
        order: 0, oracle: { _ in [0, 2, 3, 1, 4] }, body: { $0[0].argSorted() }),
    OpCase(
        "argSorted descending with NaN",
        inputs: [OpInput([5], .numbers([1, .nan, 3, .infinity, .nan]))],
        order: 0, oracle: { _ in [1, 4, 3, 2, 0] },
        body: { $0[0].argSorted(descending: true) }),
    OpCase(
        "topK with NaN", inputs: [OpInput([2, 3], .numbers([1, .nan, 3, -.infinity, 2, -1]))],
        order: 0, oracle: { _ in [1, 2, 1, 2] }, body: { $0[0].topK(2).indices }),
    OpCase(
        "argMax with NaN", inputs: [OpInput([2, 3], .numbers([1, .nan, 3, 2, .infinity, .nan]))],
        order: 0, oracle: { _ in [1, 2] }, body: { $0[0].argMax() }),
    OpCase(
        "argMin with NaN", inputs: [OpInput([2, 3], .numbers([1, .nan, 0, 2, -.infinity, .nan]))],
        order: 0, oracle: { _ in [1, 2] }, body: { $0[0].argMin() }),
    OpCase(
        "topK values", inputs: [OpInput([2, 3], .distinct)], shapes: [[[0, 3]], [[2]]],
        oracle: { rowsOf($0[0]).flatMap { $0.sorted(by: >).prefix(2) } },
        body: { $0[0].topK(2).values }),
    OpCase(
        "topK indices", inputs: [OpInput([2, 3], .numbers([1, 3, 2, 9, 8, 9]))], order: 0,
        oracle: { _ in [1, 2, 0, 2] }, body: { $0[0].topK(2).indices }),
]

func variance(_ x: [Double], _ correction: Int) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count - correction)
}

func rowsOf(_ x: [Double]) -> [[Double]] { [Array(x[..<3]), Array(x[3...])] }

private func columnsOf(_ x: [Double]) -> [[Double]] { (0..<3).map { [x[$0], x[$0 + 3]] } }

/// All six numbers become one.
private func whole(
    _ name: String, _ domain: Domain = .nonzero, order: Int = 2,
    is oracle: @escaping @Sendable ([Double]) -> Double,
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([2, 3], domain)], shapes: [[[]], [[1]], [[2, 1, 3]]], order: order,
        errorFactor: 16, oracle: { [oracle($0[0])] }, body: { body($0[0]) })
}

/// Each row becomes one number.
func rows(
    _ name: String, _ domain: Domain = .nonzero, order: Int = 2,
    is oracle: @escaping @Sendable ([Double]) -> Double,
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([2, 3], domain)], shapes: [[[0, 3]], [[2, 4]]], order: order,
        errorFactor: 16, oracle: { rowsOf($0[0]).map(oracle) }, body: { body($0[0]) })
}

/// Each column becomes one number.
private func columns(
    _ name: String, _ domain: Domain = .nonzero, order: Int = 2,
    is oracle: @escaping @Sendable ([Double]) -> Double,
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([2, 3], domain)], shapes: [[[3, 0]], [[1, 1]], [[2]]], order: order,
        errorFactor: 16, oracle: { columnsOf($0[0]).map(oracle) }, body: { body($0[0]) })
}

/// Each row becomes a row.
func running(
    _ name: String, _ domain: Domain = .normal,
    is oracle: @escaping @Sendable ([Double]) -> [Double],
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput([2, 3], domain)], shapes: [[[0, 3]], [[3, 0]], [[1, 1]]],
        errorFactor: 16, oracle: { rowsOf($0[0]).flatMap(oracle) }, body: { body($0[0]) })
}
