import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Testing

/// Compiling makes the kernel of each instruction once: what fusion asks is answered from sizes.
@Suite struct KernelCountTests {
    private func expectOnce(_ graph: Graph, fuses name: String) throws {
        let (plan, counts) = try Counters.measure {
            try CPUBackend(threads: 2).compile(graph, options: PlanOptions())
        }
        let names = plan.instructions.map(\.name)
        #expect(counts.kernelsMade == names.count, "\(names)")
        // Nothing would be asked where nothing is fused.
        #expect(names.contains { $0.contains(name) } == Processor.hasOwnProducts, "\(names)")
    }

    @Test func productsWithLoops() throws {
        var graph = Graph()
        let left = graph.addInput(TensorType(.float32, [128, 128]))
        let right = graph.addInput(TensorType(.float32, [128, 128]))
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [left, right])
        graph.outputs = [try graph.add(.binary(.multiply), [product, left])]
        try expectOnce(graph, fuses: "+loop")
    }

    @Test func convolutionsWithPoolingAndGradients() throws {
        var graph = Graph()
        let (input, kernel): (Shape, Shape) = ([10, 28, 28, 1], [5, 5, 1, 30])
        let convolution = ConvolutionParameters()
        let pool = PoolParameters(.max, window: Pair(2, 2))
        let operands = [
            graph.addInput(TensorType(.float32, input)),
            graph.addInput(TensorType(.float32, kernel)),
        ]
        let made = try graph.add(.convolution(convolution), operands)
        let largest = try graph.add(.pool(pool), [made])
        let upstream = graph.addInput(graph.nodes[largest].type)
        let spread = try graph.add(.poolGradient(pool), [made, upstream])
        graph.outputs = [
            largest,
            try graph.add(.convolutionWeightGradient(convolution, kernel), [operands[0], spread]),
        ]
        try expectOnce(graph, fuses: "+maxPool")
    }
}
