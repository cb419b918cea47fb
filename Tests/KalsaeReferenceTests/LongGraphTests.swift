import KalsaeGraph
import KalsaeReference
import Testing

/// The oracle and its summary, at a million nodes.
@Suite struct LongReferenceTests {
    @Test func aMillionAdditions() throws {
        var graph = Graph()
        let one = graph.addInput(TensorType(.float64, []))
        var sum = one
        for _ in 0..<1_000_000 { sum = try graph.add(.binary(.add), [sum, one]) }
        graph.outputs = [sum]
        #expect(try run(graph, [doubles([], [1])])[0].numbers.doubles == [1_000_001])
    }
}
