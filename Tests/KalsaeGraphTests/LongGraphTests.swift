import KalsaeGraph
import KalsaeSupport
import Testing

/// What walks over graphs, at a million nodes.
@Suite struct LongGraphPassTests {
    private static let count = 1_000_000

    /// `exp`, a dead node, a doubled node and a movement that moves nothing, again and again.
    private func makeGraph() throws -> Graph {
        var graph = Graph()
        let type = TensorType(.float32, [2])
        var chain = graph.addInput(type)
        while graph.nodes.count < Self.count {
            let first = try graph.add(.unary(.exp), [chain])
            let second = try graph.add(.unary(.exp), [chain])
            let same = try graph.add(.reshape([2]), [second])
            _ = try graph.add(.unary(.tanh), [chain])
            chain = try graph.add(.binary(.add), [first, same])
        }
        graph.outputs = [chain]
        return graph
    }

    @Test func passesVerifierAndPrinter() throws {
        let graph = try makeGraph()
        let links = (graph.nodes.count - 1) / 5
        let optimized = try EnvironmentFlag.with(.passes, "all") {
            try EnvironmentFlag.with(.verify, "1") { try graph.optimized() }
        }
        #expect(optimized.nodes.count == 2 * links + 1)
        #expect(optimized.description.utf8.count { $0 == UInt8(ascii: "\n") } == 2 * links + 1)
        #expect(graph.hashValue == (try makeGraph()).hashValue)
    }

    /// Numbers of which every place is looked at behind movements, none of which can be left out.
    @Test func chainsOfEmptyMovements() throws {
        var graph = Graph()
        var zero = try graph.add(.constant(Scalar(0, .float32)))
        zero = try graph.add(.reshape([1, 1]), [zero])
        zero = try graph.add(.broadcast([0, 1]), [zero])
        for _ in 0..<100_000 {
            let wide = try graph.add(.broadcast([0, 2]), [zero])
            zero = try graph.add(.reshape([0, 1]), [wide])
        }
        let zeros = try graph.add(.reshape([0, 4, 4, 1]), [zero])
        let input = graph.addInput(TensorType(.float32, [0, 4, 4, 1]))
        let condition = try graph.add(.compare(.lessOrEqual), [input, zeros])
        let rectified = try graph.add(.select, [condition, zeros, input])
        let pool = PoolParameters(
            .max, window: Pair(2, 2), strides: Pair(2, 2), padding: .zero)
        graph.outputs = [try graph.add(.pool(pool), [rectified])]
        for pass in GraphPass.allCases { try pass.applied(to: graph).verify() }
    }
}
