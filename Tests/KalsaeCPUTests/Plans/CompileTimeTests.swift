import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import Testing

/// Large graphs must not take the planner long: every merge looks for cycles.
@Suite struct CompileTimeTests {
    @Test func aDeepResidualGraphCompilesSoon() throws {
        var graph = Graph()
        var x = graph.addInput(TensorType(.float32, [16, 16]))
        let weight = graph.addInput(TensorType(.float32, [16, 16]))
        var all: [Int] = []
        for _ in 0..<300 {
            let product = try graph.add(.matrixProduct(MatrixProductParameters()), [x, weight])
            let mean = try graph.add(.reduce(.sum, axes: [0]), [product])
            let wide = try graph.add(.broadcast([16, 16]), [mean])
            let center = try graph.add(.binary(.subtract), [product, wide])
            let gate = try graph.add(.unary(.tanh), [center])
            x = try graph.add(.binary(.add), [x, gate])
            all.append(gate)
        }
        for gate in all.reversed() { x = try graph.add(.binary(.multiply), [x, gate]) }
        graph.outputs = [x]
        let clock = ContinuousClock()
        let time = try clock.measure {
            _ = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        }
        #expect(time < .seconds(20), "\(time)")
    }
}
