import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// Composed movements: repetition, triangles, windows, padding with copies.
let composedMovementRows: [OpCase] = [
    moved("movedAxis", [2, 3, 2], [[[0, 1, 2]]], picks: [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]) {
        $0.movedAxis(from: -1, to: 0)
    },
    moved("flattened axes", [2, 2, 3], [[[2, 0, 3]]], picks: Array(0..<12)) {
        $0.flattened(from: 1)
    },
    moved("unflattened", [2, 6], [[[0, 6]]], picks: Array(0..<12)) {
        $0.unflattened(axis: 1, into: [2, -1])
    },
    moved("chunked", [5, 2], [[[2, 2]]], picks: [6, 7, 8, 9]) { $0.chunked(into: 2)[1] },
    moved("unstacked", [2, 3], [[[0, 3]]], picks: [2, 5]) { $0.unstacked(axis: -1)[2] },
    moved(
        "tiled", [2, 2], [[[0, 2]], [[1, 1]]],
        picks: [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3]
    ) {
        $0.tiled([2, 2])
    },
    moved("tiled to more axes", [2], [[[0]]], picks: [0, 1, 0, 1, 0, 1]) { $0.tiled([3, 1]) },
    moved("repeated", [2, 2], [[[0, 2]]], picks: [0, 0, 1, 1, 2, 2, 3, 3]) {
        $0.repeated(2, axis: -1)
    },
    moved("repeated no times", [2, 2], [], picks: []) { $0.repeated(0) },
    moved(
        "upsampled", [1, 1, 2, 1], [[[0, 2, 2, 3]]], picks: [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]
    ) {
        $0.upsampled(by: Pair(2, 3))
    },
    moved("rolled", [2, 3], [[[0, 3]], [[3, 0]]], picks: [2, 0, 1, 5, 3, 4]) { $0.rolled(by: 4) },
    moved("rolled backwards", [2, 3], [], picks: [3, 4, 5, 0, 1, 2]) { $0.rolled(by: -1, axis: 0) },
    moved("diagonal", [2, 3], [[[0, 3]], [[2, 3, 3]]], picks: [0, 4]) { $0.diagonal() },
    moved("diagonal above", [3, 3], [[[2, 1, 1]]], picks: [1, 5]) { $0.diagonal(offset: 1) },
    moved("diagonal below", [3, 3], [], picks: [3, 7]) { $0.diagonal(offset: -1) },
    moved("slidingWindows", [5], [[[2]], [[0, 3]]], picks: [0, 1, 2, 3]) {
        $0.slidingWindows(size: 2, stride: 2)
    },
    moved("slidingWindows on the first axis", [3, 2], [], picks: [0, 1, 2, 3, 2, 3, 4, 5]) {
        // [windows, size, columns]
        $0.slidingWindows(size: 2, axis: 0)
    },
    moved(
        "padded with the edge", [2, 2], [[[1, 1]]], picks: [0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]
    ) {
        $0.padded(low: [0, 1], high: [1, 1], mode: .edge)
    },
    moved("padded by reflection", [3], [[[1]], [[2]]], picks: [1, 2, 1, 0, 1, 2, 1, 0, 1]) {
        $0.padded(low: [3], high: [3], mode: .reflect)
    },
    moved("padded in a circle", [3], [[[1]]], picks: [1, 2, 0, 1, 2, 0, 1]) {
        $0.padded(low: [2], high: [2], mode: .circular)
    },
    OpCase(
        "tril", inputs: [OpInput([3, 3])], shapes: [[[0, 3]], [[2, 1, 4]]],
        oracle: { masked($0[0], [1, 0, 0, 1, 1, 0, 1, 1, 1]) }, body: { $0[0].tril() }),
    OpCase(
        "triu above", inputs: [OpInput([3, 3])], shapes: [[[3, 0]], [[2, 3, 2]]],
        oracle: { masked($0[0], [0, 1, 1, 0, 0, 1, 0, 0, 0]) }, body: { $0[0].triu(1) }),
    OpCase(
        "lowerTriangularMask", inputs: [], order: 0, oracle: { _ in [1, 1, 0, 1, 1, 1] },
        body: { _ in Tensor.lowerTriangularMask(rows: 2, columns: 3, diagonal: 1) }),
    OpCase(
        "diagonalMatrix", inputs: [OpInput([2])], shapes: [[[0]], [[2, 3]]],
        oracle: { [$0[0][0], 0, 0, $0[0][1]] }, body: { $0[0].diagonalMatrix() }),
    OpCase(
        "trace", inputs: [OpInput([2, 3])], shapes: [[[0, 3]], [[4, 2, 2]]],
        oracle: { [$0[0][0] + $0[0][4]] }, body: { $0[0].trace() }),
    OpCase(
        "oneHot", inputs: [OpInput([3], .numbers([2, 0, 1]), dtype: .int32)],
        shapes: [[[0]], [[]]],
        order: 0, oracle: { _ in [0, 0, 1, 1, 0, 0, 0, 1, 0] },
        body: { $0[0].oneHot(classes: 3) }),
    OpCase(
        "oneHot of bytes", inputs: [OpInput([2], .numbers([1, 0]), dtype: .uint8)], order: 0,
        oracle: { _ in [0, 1, 1, 0] }, body: { $0[0].oneHot(classes: 2, dtype: .float64) }),
    OpCase(
        "scattering",
        inputs: [
            OpInput([3, 2]), OpInput([2], .numbers([2, 0]), dtype: .int32), OpInput([2, 2]),
        ], shapes: [[[3, 0], [2], [2, 0]], [[3], [0], [0]]],
        oracle: { input in
            let (x, u) = (input[0], input[2])
            return [u[2], u[3], x[2], x[3], u[0], u[1]]
        }, body: { $0[0].scattering($0[2], at: $0[1]) }),
    OpCase(
        "meshgrid", inputs: [OpInput([2]), OpInput([3])], shapes: [[[0], [3]], [[1], [1]]],
        oracle: { input in
            let (x, y) = (input[0], input[1])
            return [x[0] * y[0], x[0] * y[1], x[0] * y[2], x[1] * y[0], x[1] * y[1], x[1] * y[2]]
        },
        body: { input in
            let grid = Tensor.meshgrid(input)
            return grid[0] * grid[1]
        }),
]

private func masked(_ x: [Double], _ mask: [Double]) -> [Double] { zip(x, mask).map { $0 * $1 } }
