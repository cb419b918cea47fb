import Glibc
import KalsaeGraph
import KalsaeTensor
import KalsaeTesting

/// The same numbers at other indices.
let movementRows: [OpCase] = [
    moved("reshaped", [2, 6], [[[0, 6]]], picks: Array(0..<12)) { $0.reshaped(to: [4, -1]) },
    moved("flattened", [2, 3], [[[]], [[0, 2]]], picks: Array(0..<6)) { $0.flattened() },
    moved("broadcast", [2, 1], [[[0, 1]]], picks: [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]) {
        $0.broadcast(to: [2, $0.shape[0], 3])
    },
    moved("transposed", [2, 3], [[[4, 0]], [[2, 3, 4]]], picks: [0, 3, 1, 4, 2, 5]) {
        $0.transposed()
    },
    moved(
        "transposed by permutation", [2, 3, 2], [[[1, 0, 2]]],
        picks: [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]
    ) { $0.transposed(permutation: [2, 0, 1]) },
    moved("swappingAxes", [2, 2, 2], [[[0, 2, 3]]], picks: [0, 4, 2, 6, 1, 5, 3, 7]) {
        $0.swappingAxes(0, -1)
    },
    moved("reversed", [2, 3], [[[0, 3]], [[1, 1]]], picks: [5, 4, 3, 2, 1, 0]) {
        $0.reversed(axes: [0, -1])
    },
    moved("expandingShape", [2, 3], [[[]]], picks: Array(0..<6)) { $0.expandingShape(at: -1) },
    moved("squeezingShape", [2, 1, 3], [[[1, 1]]], picks: Array(0..<6)) { $0.squeezingShape() },
    moved("squeezingShape at an axis", [1, 2, 1], [[[1, 0, 1]]], picks: [0, 1]) {
        $0.squeezingShape(at: -1)
    },
    moved("position", [3, 2], [[[3, 0]]], picks: [4, 5]) { $0[-1] },
    moved("range", [5], [[[1]], [[0]]], picks: [1, 2]) { $0[1..<3] },
    moved("closed range", [5], [], picks: [1, 2, 3]) { $0[1...3] },
    moved("range from", [5], [[[0]]], picks: [3, 4]) { $0[3...] },
    moved("range up to", [5], [[[0]]], picks: [0, 1]) { $0[..<2] },
    moved("range through", [5], [[[0]]], picks: [0, 1, 2]) { $0[...2] },
    moved("stride", [7], [], picks: [1, 3, 5]) { $0[stride(from: 1, to: 7, by: 2)] },
    moved("backward stride", [7], [], picks: [6, 3, 0]) { $0[stride(from: 6, to: -1, by: -3)] },
    moved("stride by range", [3, 4], [[[0, 0]]], picks: [9, 11, 5, 7, 1, 3]) {
        $0[
            TensorIndex.range(start: nil, end: nil, step: -1),
            TensorIndex.range(start: 1, end: nil, step: 2)]
    },
    moved("ellipsis and new axis", [2, 2, 2], [[[3, 1, 2]]], picks: [1, 3, 5, 7]) {
        $0[TensorIndex.ellipsis, TensorIndex.newAxis, 1]
    },
    moved("split", [2, 5], [[[0, 5]]], picks: [2, 3, 7, 8]) {
        $0.split(sizes: [2, 2, 1], axis: 1)[1]
    },
    OpCase(
        "padded", inputs: [OpInput([2, 2])], shapes: [[[0, 2]], [[1, 1]]],
        oracle: { input in
            let x = input[0]
            return [7, x[0], x[1], 7, 7, 7, x[2], x[3], 7, 7, 7, 7, 7, 7, 7]
        }, body: { $0[0].padded(low: [0, 1], high: [1, 2], value: 7) }),
    OpCase(
        "stopGradient, value", inputs: [OpInput([2, 3])], shapes: [[[]], [[0, 3]]], order: 0,
        oracle: { $0[0] }, body: { $0[0].stopGradient() }),
    .elementwise("checkpointed", is: { Glibc.tanh($0) * $0 }) {
        checkpointed([$0]) { $0[0].tanh() * $0[0] }
    },
    OpCase(
        "concatenate", inputs: [OpInput([2, 1]), OpInput([2, 2])],
        shapes: [[[0, 1], [0, 2]], [[3, 0], [3, 2]]],
        oracle: { [$0[0][0], $0[1][0], $0[1][1], $0[0][1], $0[1][2], $0[1][3]] },
        body: { Tensor.concatenate($0, axis: -1) }),
    OpCase(
        "stack", inputs: [OpInput([2, 2]), OpInput([2, 2])], shapes: [[[], []], [[0], [0]]],
        oracle: { $0[0] + $0[1] }, body: { Tensor.stack($0) }),
    OpCase(
        "stack on the last axis", inputs: [OpInput([2]), OpInput([2])],
        oracle: { [$0[0][0], $0[1][0], $0[0][1], $0[1][1]] }, body: { Tensor.stack($0, axis: -1) }),
    OpCase(
        "gathered", inputs: [OpInput([4, 2]), OpInput([3], .numbers([3, 0, 3]), dtype: .int32)],
        shapes: [[[4], [0]], [[4, 0], [2]], [[4, 1], [2, 2]]],
        oracle: picking([6, 7, 0, 1, 6, 7]),
        body: { $0[0].gathered(at: $0[1]) }),
    OpCase(
        "gathered on the last axis",
        inputs: [OpInput([2, 3]), OpInput([2, 2], .numbers([2, 0, 1, 1]), dtype: .int64)],
        oracle: picking([2, 0, 1, 1, 5, 3, 4, 4]),
        body: { $0[0].gathered(at: $0[1], axis: -1) }),
    OpCase(
        "scatterAdding",
        inputs: [
            OpInput([3, 2]), OpInput([2], .numbers([2, 2]), dtype: .int64), OpInput([2, 2]),
        ], shapes: [[[3], [0], [0]], [[3, 0], [2], [2, 0]]],
        oracle: { input in
            let (x, u) = (input[0], input[2])
            return Array(x[..<4]) + [x[4] + u[0] + u[2], x[5] + u[1] + u[3]]
        }, body: { $0[0].scatterAdding($0[2], at: $0[1]) }),
    OpCase(
        "taken",
        inputs: [OpInput([2, 3]), OpInput([2, 2], .numbers([2, 0, 1, 1]), dtype: .int32)],
        shapes: [[[0, 3], [0, 2]], [[2, 3], [2, 0]]],
        oracle: picking([2, 0, 4, 4]),
        body: { $0[0].taken(along: $0[1]) }),
    OpCase(
        "taken on the first axis",
        inputs: [OpInput([3, 2]), OpInput([2, 2], .numbers([2, 0, 1, 1]), dtype: .int64)],
        oracle: picking([4, 1, 2, 3]),
        body: { $0[0].taken(along: $0[1], axis: 0) }),
]

/// An oracle that takes the elements of the first input at some positions.
private func picking(_ picks: [Int]) -> @Sendable ([[Double]]) -> [Double] {
    { input in picks.map { input[0][$0] } }
}

/// A row whose result is the elements of its input at `picks`.
func moved(
    _ name: String, _ shape: Shape, _ shapes: [[Shape]], picks: [Int],
    body: @escaping @Sendable (Tensor) -> Tensor
) -> OpCase {
    OpCase(
        name, inputs: [OpInput(shape)], shapes: shapes,
        oracle: picking(picks), body: { body($0[0]) })
}
