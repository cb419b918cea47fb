import KalsaeGraph
import KalsaeSupport
import Testing

/// What is rounded where products are computed in halves.
struct MixedPrecisionTests {
    private let product = Primitive.matrixProduct(.init())

    private func matrix(_ rows: Int, _ columns: Int) -> TensorType {
        TensorType(.float32, [rows, columns])
    }

    /// The graph in bfloat16, which must be one that the verifier accepts.
    private func rounded(_ graph: Graph) throws -> Graph {
        let result = graph.withProducts(in: .bfloat16)
        try result.verify()
        #expect(result.outputTypes == graph.outputTypes)
        return result
    }

    private func count(_ primitive: Primitive, in graph: Graph) -> Int {
        graph.nodes.count { $0.primitive == primitive }
    }

    @Test func productsOfHalvesAreSummedAsFloats() throws {
        for dtype in [DType.float16, .bfloat16] {
            let (x, y) = (TensorType(dtype, [2, 3]), TensorType(dtype, [3, 4]))
            let product = Primitive.matrixProduct(.init())
            #expect(try product.resultType(of: [x, y]) == TensorType(.float32, [2, 4]))
            #expect(throws: KalsaeError.self) {
                try product.resultType(of: [x, TensorType(.float32, [3, 4])])
            }
            let (image, kernel) = (
                TensorType(dtype, [1, 5, 5, 2]), TensorType(dtype, [3, 3, 2, 4])
            )
            #expect(
                try Primitive.convolution(.init()).resultType(of: [image, kernel])
                    == TensorType(.float32, [1, 3, 3, 4]))
            let row = TensorType(dtype, [2, 3, 4])
            let attention = Primitive.attention(.init(heads: 2, scale: 1))
            #expect(
                try attention.resultType(of: [row, row, row]) == TensorType(.float32, [2, 3, 4]))
        }
    }

    @Test func operandsAreRoundedOnceForAllThatMultiplyThem() throws {
        var graph = Graph()
        let (x, w) = (graph.addInput(matrix(2, 3)), graph.addInput(matrix(3, 4)))
        let transposed = try graph.add(.transpose([1, 0]), [w])
        let y = try graph.add(product, [x, w])
        graph.outputs = [y, try graph.add(product, [y, transposed])]
        let result = try rounded(graph)
        // x, w and y; w transposed is a view of the halves of w.
        #expect(count(.cast(.bfloat16), in: result) == 3)
        #expect(count(.cast(.float32), in: result) == 0)
        for node in result.nodes where node.primitive == product {
            #expect(node.operands.allSatisfy { result.nodes[$0].type.dtype == .bfloat16 })
            #expect(node.type.dtype == .float32)
        }
    }

    @Test func gradientsOfWeightsAndTheirUpdateStayFloats() throws {
        var graph = Graph()
        let (x, w) = (graph.addInput(matrix(5, 3)), graph.addInput(matrix(3, 4)))
        let slope = try graph.add(.unary(.tanh), [try graph.add(product, [x, w])])
        let gradient = try graph.add(
            .matrixProduct(.init(transposeLeft: true)), [x, slope])
        graph.outputs = [try graph.add(.binary(.subtract), [w, gradient])]
        let result = try rounded(graph)
        let update = result.nodes[result.outputs[0]]
        #expect(update.operands.map { result.nodes[$0].type.dtype } == [.float32, .float32])
        #expect(result.nodes[update.operands[0]].primitive == .input(1))
        #expect(
            result.nodes[update.operands[1]].primitive
                == .matrixProduct(.init(transposeLeft: true)))
    }

    @Test func aBiasIsAddedBeforeRounding() throws {
        var graph = Graph()
        let (x, w) = (graph.addInput(matrix(2, 3)), graph.addInput(matrix(3, 4)))
        let (b, v) = (graph.addInput(matrix(1, 4)), graph.addInput(matrix(4, 4)))
        let sum = try graph.add(
            .binary(.add),
            [
                try graph.add(product, [x, w]),
                try graph.add(.broadcast([2, 4]), [b]),
            ])
        graph.outputs = [try graph.add(product, [try graph.add(.unary(.tanh), [sum]), v])]
        let result = try rounded(graph)
        let casts = result.nodes.filter { $0.primitive == .cast(.bfloat16) }
        let operands = casts.map { result.nodes[$0.operands[0]].primitive }
        #expect(operands.contains(.binary(.add)))
        #expect(!operands.contains(product))
        // What follows reads the sum as it was rounded.
        let tanh = try #require(result.nodes.first { $0.primitive == .unary(.tanh) })
        #expect(result.nodes[tanh.operands[0]].primitive == .cast(.float32))
    }

    /// Products of a batch of rows have their shape changed before the bias is added.
    @Test func biasesAreAddedToViewsOfProductsBeforeTheseAreRounded() throws {
        var graph = Graph()
        let (x, w) = (graph.addInput(matrix(6, 3)), graph.addInput(matrix(3, 4)))
        let bias = graph.addInput(TensorType(.float32, [1, 1, 4]))
        let rows = try graph.add(.reshape([2, 3, 4]), [try graph.add(product, [x, w])])
        let sum = try graph.add(
            .binary(.add), [rows, try graph.add(.broadcast([2, 3, 4]), [bias])])
        let flat = try graph.add(.reshape([6, 4]), [try graph.add(.unary(.tanh), [sum])])
        graph.outputs = [
            try graph.add(product, [flat, try graph.add(.transpose([1, 0]), [w])])
        ]
        let result = try rounded(graph)
        // x, w, the sum, and what the second product reads.
        #expect(count(.cast(.bfloat16), in: result) == 4)
        let casts = result.nodes.filter { $0.primitive == .cast(.bfloat16) }
        #expect(!casts.contains { result.nodes[$0.operands[0]].primitive == product })
    }

    @Test func eachReaderHasACastOfItsOwn() throws {
        var graph = Graph()
        let (x, w) = (graph.addInput(matrix(4, 4)), graph.addInput(matrix(4, 4)))
        let y = try graph.add(product, [x, w])
        let pool = Primitive.scan(.sum, ScanParameters(axis: 0))
        graph.outputs = [
            try graph.add(product, [y, w]), try graph.add(.unary(.exp), [y]),
            try graph.add(.binary(.multiply), [y, y]), try graph.add(pool, [y]),
        ]
        let result = try rounded(graph)
        #expect(count(.cast(.float32), in: result) == 2)
        // Kernels that take no halves read the sums, which they need not wait to be rounded.
        let scan = try #require(result.nodes.first { $0.primitive == pool })
        #expect(result.nodes[scan.operands[0]].primitive == product)
    }

    @Test func graphsWithoutFloatProductsStayAsTheyAre() throws {
        var graph = Graph()
        let type = TensorType(.float64, [3, 3])
        let (x, y) = (graph.addInput(type), graph.addInput(matrix(3, 3)))
        graph.outputs = [try graph.add(product, [x, x]), try graph.add(.unary(.exp), [y])]
        #expect(try rounded(graph) == graph)
        #expect(graph.withProducts(in: .tf32) == graph)
    }
}
