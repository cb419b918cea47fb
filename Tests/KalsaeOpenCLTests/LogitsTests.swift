import KalsaeBackend
import KalsaeGPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTesting
import Testing

/// What lies in memory between a large product and the gradient of a softmax over its rows.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct LogitsTests {
    private let logits = TensorType(.float32, [256, 1024])

    /// Rows times weights, plus a bias, the gradient of the sum of their cross-entropies with class 7, and its product.
    private func graph(hasBias: Bool) throws -> Graph {
        var graph = Graph()
        let x = graph.addInput(TensorType(.float32, [256, 16]))
        let weights = graph.addInput(TensorType(.float32, [16, 1024]))
        let bias = graph.addInput(TensorType(.float32, [1, 1024]))
        let product = Primitive.matrixProduct(.init())
        var y = try graph.add(product, [x, weights])
        if hasBias {
            y = try graph.add(
                .binary(.add), [y, try graph.add(.broadcast(logits.shape), [bias])])
        }
        let most = try graph.add(.reduce(.max, axes: [1]), [y])
        let shifted = try graph.add(
            .binary(.subtract), [y, try graph.add(.broadcast(logits.shape), [most])])
        let powers = try graph.add(.unary(.exp), [shifted])
        let sum = try graph.add(.reduce(.sum, axes: [1]), [powers])
        let weight = try graph.add(
            .binary(.divide), [powers, try graph.add(.broadcast(logits.shape), [sum])])
        let back = Primitive.matrixProduct(.init(transposeRight: true))
        graph.outputs = [try graph.add(back, [weight, weights])]
        return graph
    }

    private func plan(
        _ graph: Graph, _ precision: Precision, passes: String = "all"
    ) throws -> (bytes: Double, arena: Int) {
        let backend = try OpenCLDevice.backend.get()
        let options = PlanOptions(precision: precision)
        let plan = try EnvironmentFlag.with(.passes, passes) {
            try backend.compile(graph, options: options)
        }
        return (plan.instructions.reduce(0) { $0 + $1.bytes }, plan.arenaByteCount)
    }

    /// Logits and gradients are halves, and nothing else of their size is stored: rounded where they are made, and
    /// powers computed twice.
    @Test(arguments: [false, true]) func onlyHalvesOfLogitsAreStored(_ hasBias: Bool) throws {
        let graph = try graph(hasBias: hasBias)
        let half = logits.byteCount / 2
        // Operands as halves, and numbers of rows.
        let rest = 128 << 10
        #expect(try plan(graph, .bfloat16).arena <= 2 * half + rest)
        #expect(try plan(graph, .bfloat16, passes: "-epilogue").arena >= 3 * half)
        // In float32 logits and gradients, which may not lie over them.
        #expect(try plan(graph, .float32).arena <= 4 * half + rest)
        #expect(try plan(graph, .float32, passes: "-remat").arena >= 6 * half)
    }

    @Test func theNumbersAreThoseOfTheReference() throws {
        let backend = try OpenCLDevice.backend.get()
        for hasBias in [false, true] {
            let graph = try graph(hasBias: hasBias)
            // Sums of small whole numbers are exact, so that the same logits are rounded; weights are not, and
            // where one is rounded to its other neighbor, 1 of 2^8, a sum of 1,024 with largest term 3 moves.
            let one = BackendCase(
                "logits", graph, [.integers(-1...1), .integers(-3...3), .integers(-2...2)],
                options: PlanOptions(precision: .bfloat16), errorFactor: 1.2e4)
            #expect(one.mismatch(backend) == nil)
            let exact = BackendCase(
                "logits", graph, [.normal, .normal, .normal], errorFactor: 30)
            #expect(exact.mismatch(backend) == nil)
        }
    }
}
