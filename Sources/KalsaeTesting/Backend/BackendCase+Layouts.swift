import KalsaeGraph
import KalsaeSupport

extension BackendCase {
    /// Sums and extrema at sizes where accelerators divide the work in other ways: lanes, groups, parts.
    public static var reductionLayouts: [BackendCase] {
        let rows: [(shape: Shape, axes: [Int])] = [
            ([2, 20_000], [1]), ([20_000, 2], [0]), ([20_000, 40], [0]), ([300_000], [0]),
            ([3, 15, 1000], [1]), ([7, 511], [1]), ([7, 512], [1]), ([1, 131_073], [1]),
            ([64, 33, 20], [0, 2]), ([1_000, 1], [0]), ([70_000, 1, 3], [0, 1]),
        ]
        return rows.flatMap { row in
            [DType.float32, .int64].map { dtype in reduction(row.shape, row.axes, dtype) }
        }
    }

    private static func reduction(_ shape: Shape, _ axes: [Int], _ dtype: DType) -> BackendCase {
        let name = "\(dtype)\(shape) along \(axes)"
        return BackendCase(name) { () throws(KalsaeError) in
            var graph = Graph()
            let x = graph.addInput(TensorType(dtype, shape))
            graph.outputs = [
                try graph.add(.reduce(.sum, axes: axes), [x]),
                try graph.add(.reduce(.max, axes: axes), [x]),
                try graph.add(.unary(.negate), [x]),
            ]
            // A tree over blocks: the error grows with the root at most.
            let count = axes.reduce(1) { $0 * shape[$1] }
            return BackendCase(
                name, graph, [.normal], errorFactor: 1 + Double(count).squareRoot())
        }
    }
}
