import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeTesting
import Testing

/// Maxima over windows before biases and ReLUs: other nodes, the same numbers.
@Suite struct SinkMaxPoolTests {
    private let shape: Shape = [3, 6, 8, 5]
    private let pool = PoolParameters(.max, window: Pair(2, 2))
    private var pooled: Shape { [3, 3, 4, 5] }

    /// `max relu(x + bias)`, and from a gradient of it those of x and bias.
    private func graph(isWanted: Bool = false) throws -> Graph {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, shape))
        let bias = graph.addInput(TensorType(.float32, [1, 1, 1, 5]))
        let upstream = graph.addInput(TensorType(.float32, pooled))
        let sum = try graph.add(.binary(.add), [x, try graph.add(.broadcast(shape), [bias])])
        let number = try graph.add(.constant(Scalar(0, .float32)))
        let zeros = try graph.add(
            .broadcast(shape), [try graph.add(.reshape([1, 1, 1, 1]), [number])])
        let negative = try graph.add(.compare(.lessOrEqual), [sum, zeros])
        let relu = try graph.add(.select, [negative, zeros, sum])
        let largest = try graph.add(.pool(pool), [relu])
        let spread = try graph.add(.poolGradient(pool), [relu, upstream])
        let gradient = try graph.add(.select, [negative, zeros, spread])
        graph.outputs = [
            largest, gradient, try graph.add(.reduce(.sum, axes: [0, 1, 2]), [gradient]),
        ]
        if isWanted { graph.outputs.append(relu) }
        return graph
    }

    private func values(_ graph: Graph) throws -> [[Float]] {
        let plan = try ReferenceBackend().compile(graph, options: PlanOptions())
        var generator = SampleGenerator(seed: 3)
        let inputs = try graph.inputs.map { try Domain.normal.value($0, &generator).buffer() }
        let results = try graph.outputTypes.map { try Buffer(byteCount: $0.byteCount) }
        try plan.run(inputs: inputs, outputs: results)
        return try zip(results, graph.outputTypes).map { result, type in
            let start = try result.hostPointer().assumingMemoryBound(to: Float.self)
            return Array(UnsafeBufferPointer(start: start, count: type.shape.elementCount))
        }
    }

    /// Nodes of the full size besides x and what the pooling's gradient makes.
    private func largeNodes(_ graph: Graph) -> [String] {
        graph.nodes.filter { $0.type.shape == shape }.map(\.primitive.name).filter {
            $0 != Primitive.input(0).name && $0 != Primitive.poolGradient(pool).name
        }
    }

    @Test func largeWorkBecomesSmall() throws {
        let before = try graph()
        let after = GraphPass.deadCodeElimination.applied(
            to: GraphPass.sinkMaxPool.applied(to: before))
        try after.verify()
        #expect(largeNodes(before).count == 6)
        #expect(largeNodes(after) == [])
        let (expected, got) = (try values(before), try values(after))
        #expect(got.map(\.count) == expected.map(\.count))
        for (some, wanted) in zip(got, expected) {
            #expect(zip(some, wanted).allSatisfy { abs($0 - $1) <= 1e-5 })
        }
    }

    /// A ReLU that somebody else reads stays where it is.
    @Test func whatIsWantedStays() throws {
        let before = try graph(isWanted: true)
        let after = GraphPass.deadCodeElimination.applied(
            to: GraphPass.sinkMaxPool.applied(to: before))
        #expect(largeNodes(after).count == 6)
        #expect(try values(after) == values(before))
    }
}
