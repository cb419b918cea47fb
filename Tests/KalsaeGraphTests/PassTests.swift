import KalsaeGraph
import KalsaeSupport
import Testing

@Suite struct PassTests {
    private let type = TensorType(.float32, [4, 3])

    private func filled(_ graph: inout Graph, _ value: Double, _ shape: Shape) throws -> Int {
        let scalar = try graph.add(.constant(Scalar(value, .float32)))
        let lifted = try graph.add(.reshape(Shape(shape.map { _ in 1 })), [scalar])
        return try graph.add(.broadcast(shape), [lifted])
    }

    @Test func deadNodesGo() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        _ = graph.addInput(type)
        _ = try graph.add(.unary(.exp), [x])
        graph.outputs = [try graph.add(.unary(.log), [x])]
        let after = GraphPass.deadCodeElimination.applied(to: graph)
        #expect(after.nodes.map(\.primitive) == [.input(0), .unary(.log)])
        #expect(after.inputs == graph.inputs)
        #expect(after.outputs == [1])
    }

    @Test func equalNodesMerge() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let a = try graph.add(.unary(.exp), [x])
        let b = try graph.add(.unary(.exp), [x])
        graph.outputs = [try graph.add(.binary(.add), [a, b]), b]
        let after = GraphPass.commonSubexpressionElimination.applied(to: graph)
        #expect(after.nodes.count == 3)
        #expect(after.nodes[2].operands == [1, 1])
        #expect(after.outputs == [2, 1])
    }

    @Test func neutralNumbersGo() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let one = try filled(&graph, 1, [4, 3])
        let zero = try filled(&graph, 0, [4, 3])
        let product = try graph.add(.binary(.multiply), [one, x])
        let sum = try graph.add(.binary(.add), [product, zero])
        graph.outputs = [try graph.add(.binary(.divide), [sum, one])]
        #expect(try graph.optimized().nodes.map(\.primitive) == [.input(0)])
    }

    @Test func timesZeroStays() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        graph.outputs = [
            try graph.add(.binary(.multiply), [x, try filled(&graph, 0, [4, 3])])
        ]
        #expect(try graph.optimized() == graph)
    }

    @Test func movementsThatMoveNothingGo() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let transposed = try graph.add(.transpose([1, 0]), [x])
        let back = try graph.add(.transpose([1, 0]), [transposed])
        let flat = try graph.add(.reshape([12]), [back])
        let whole = SliceParameters(starts: [0], counts: [12], strides: [1])
        let slice = try graph.add(.slice(whole), [flat])
        let column = try graph.add(.reshape([12, 1]), [slice])
        let row = try graph.add(.transpose([1, 0]), [column])
        graph.outputs = [try graph.add(.reshape([4, 3]), [row])]
        #expect(try graph.optimized().nodes.map(\.primitive) == [.input(0)])
    }

    @Test func productsReadTransposed() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        let transposed = try graph.add(.transpose([1, 0]), [x])
        graph.outputs = [
            try graph.add(.matrixProduct(MatrixProductParameters()), [transposed, x])
        ]
        let after = try graph.optimized()
        let expected = MatrixProductParameters(transposeLeft: true)
        #expect(after.nodes.map(\.primitive) == [.input(0), .matrixProduct(expected)])
        try after.verify()
    }

    /// `(s x) · w = s (x · w)`, where x are bytes: it is exact without s.
    @Test(arguments: [DType.uint8, .int32]) func scalesOfBytesGoBehindProducts(_ dtype: DType)
        throws
    {
        var graph = Graph()
        let bytes = graph.addInput(TensorType(dtype, [2, 2, 3]))
        let scale = graph.addInput(TensorType(.float32, []))
        let x = try graph.add(.cast(.float32), [bytes])
        let one = try graph.add(.reshape([1, 1, 1]), [scale])
        let spread = try graph.add(.broadcast([2, 2, 3]), [one])
        let scaled = try graph.add(.binary(.multiply), [spread, x])
        let rows = try graph.add(.reshape([4, 3]), [scaled])
        let w = graph.addInput(TensorType(.float32, [3, 5]))
        graph.outputs = [
            try graph.add(.matrixProduct(MatrixProductParameters()), [rows, w])
        ]
        let after = try graph.optimized()
        try after.verify()
        let last = after.nodes[after.outputs[0]]
        if dtype == .uint8 {
            #expect(last.primitive == .binary(.multiply))
            #expect(last.type == TensorType(.float32, [4, 5]))
            #expect(after.nodes.count { $0.primitive == .binary(.multiply) } == 1)
        } else {
            #expect(last.primitive == .matrixProduct(MatrixProductParameters()))
        }
    }

    @Test func theFlagChoosesPasses() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        _ = try graph.add(.unary(.exp), [x])
        graph.outputs = [x]
        let none = try EnvironmentFlag.with(.passes, "none") { try graph.optimized() }
        #expect(none == graph)
        let dead = try EnvironmentFlag.with(.passes, "simplify,dce") { try graph.optimized() }
        #expect(dead.nodes.count == 1)
        let others = try EnvironmentFlag.with(.passes, "-dce") { try graph.optimized() }
        #expect(others.nodes.count == 2)
        let one = try EnvironmentFlag.with(.passes, "-merge") { try graph.optimized() }
        #expect(one.nodes.count == 1)
    }

    @Test func stagesAreCollected() throws {
        var graph = Graph()
        let x = graph.addInput(type)
        _ = try graph.add(.unary(.exp), [x])
        graph.outputs = [x]
        let (result, stages) = try EnvironmentFlag.with(.passes, "dce,cse") {
            try GraphStages.collect { try graph.optimized() }
        }
        #expect(stages.map(\.name) == ["traced", "dce", "cse", "dce", "cse", "dce"])
        #expect(stages.first?.graph == graph && stages.last?.graph == result)
    }
}
