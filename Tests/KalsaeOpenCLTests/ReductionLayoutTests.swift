import KalsaeGraph
import KalsaeReference
import KalsaeTesting
import Testing

/// Sums and products at sizes where the work is divided in other ways: lanes, groups, parts.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct ReductionLayoutTests {
    private static let rows: [(shape: Shape, axes: [Int])] = [
        ([2, 20_000], [1]), ([20_000, 2], [0]), ([20_000, 40], [0]), ([300_000], [0]),
        ([3, 15, 1000], [1]), ([7, 511], [1]), ([7, 512], [1]), ([1, 131_073], [1]),
        ([64, 33, 20], [0, 2]), ([1_000, 1], [0]), ([70_000, 1, 3], [0, 1]),
    ]

    @Test(arguments: rows.indices) func row(_ index: Int) throws {
        let row = Self.rows[index]
        let count = row.axes.reduce(1) { $0 * row.shape[$1] }
        var cases: [BackendCase] = []
        for dtype in [DType.float32, .int64] {
            var graph = Graph()
            let x = graph.addInput(TensorType(dtype, row.shape))
            graph.outputs = [
                try graph.add(.reduce(.sum, axes: row.axes), [x]),
                try graph.add(.reduce(.max, axes: row.axes), [x]),
                try graph.add(.unary(.negate), [x]),
            ]
            // A tree over blocks: the error grows with the root at most.
            cases.append(
                BackendCase(
                    "\(row)", graph, [.normal], errorFactor: 1 + Double(count).squareRoot()))
        }
        checkBackend(try OpenCLDevice.backend.get(), cases: cases)
    }
}
