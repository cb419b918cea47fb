import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// A backend that is not the CPU runs by lowering alone, in memory that the host cannot read.
@Suite(.serialized) struct SecondBackendTests {
    private static let matrix = TensorType(.float32, [3, 4])

    private static func graph(
        _ inputs: [TensorType], _ build: (inout Graph, [Int]) throws -> [Int]
    ) rethrows -> Graph {
        var graph = Graph()
        let operands = inputs.map { graph.addInput($0) }
        graph.outputs = try build(&graph, operands)
        return graph
    }

    /// Name, inputs, graph, donations.
    private static func cases() throws -> [BackendCase] {
        let (x, square) = (matrix, TensorType(.float32, [4, 4]))
        func row(
            _ name: String, _ inputs: [TensorType], donations: [Int?] = [],
            _ build: (inout Graph, [Int]) throws -> [Int]
        ) rethrows -> BackendCase {
            BackendCase(
                name, try graph(inputs, build), inputs.map { _ in .normal },
                options: PlanOptions(donations: donations))
        }
        return [
            try row("add", [x, x]) { [try $0.add(.binary(.add), $1)] },
            try row("exp and tanh in one loop", [x]) {
                [try $0.add(.unary(.tanh), [$0.add(.unary(.exp), $1)])]
            },
            try row("a broadcast row", [x, TensorType(.float32, [1, 4])]) {
                let row = try $0.add(.broadcast([3, 4]), [$1[1]])
                return [try $0.add(.binary(.multiply), [$1[0], row])]
            },
            try row("sum of the first axis", [x]) { [try $0.add(.reduce(.sum, axes: [0]), $1)] },
            try row("max of a middle axis", [TensorType(.float32, [2, 3, 4])]) {
                [try $0.add(.reduce(.max, axes: [1]), $1)]
            },
            try row("less and select", [x, x]) {
                let less = try $0.add(.compare(.less), $1)
                return [try $0.add(.select, [less, $1[0], $1[1]])]
            },
            try row("cast", [x]) { [try $0.add(.cast(.int32), $1)] },
            try row("transpose", [x]) { [try $0.add(.transpose([1, 0]), $1)] },
            try row("slice", [x]) {
                let slice = SliceParameters(starts: [2, 1], counts: [2, 3], strides: [-1, 1])
                return [try $0.add(.slice(slice), $1)]
            },
            try row("matrix products", [x, square]) {
                let product = try $0.add(.matrixProduct(MatrixProductParameters()), $1)
                let gram = MatrixProductParameters(transposeLeft: true)
                return [try $0.add(.matrixProduct(gram), [product, $1[0]])]
            },
            try row("concatenate", [x, x]) { [try $0.add(.concatenate(axis: 0), $1)] },
            try row("a donated input", [square, square], donations: [0]) {
                [try $0.add(.binary(.subtract), $1)]
            },
            try row("donated inputs exchanged", [x, x], donations: [0, 1]) { [$1[1], $1[0]] },
        ]
    }

    @Test func operationsAgreeWithTheReference() throws {
        let cases = try Self.cases()
        #expect(cases.count >= 10)
        for one in cases { #expect(one.mismatch(ToyBackend()) == nil) }
    }

    @Test func aChainIsOneLoop() throws {
        let graph = try Self.graph([Self.matrix]) {
            [try $0.add(.unary(.tanh), [$0.add(.unary(.exp), $1)])]
        }
        let plan = try EnvironmentFlag.with(.passes, "all") {
            try ToyBackend().compile(graph, options: PlanOptions())
        }
        #expect(plan.instructions.map(\.name) == ["loop(exp, tanh)"])
        #expect(plan.arenaByteCount == 0)
    }

    @Test func memoryOfTheDeviceIsNotTheHosts() throws {
        let buffer = try ToyBackend().makeBuffer(byteCount: 8)
        #expect(buffer.device == "toy")
        let error = #expect(throws: KalsaeError.self) { try buffer.hostPointer() }
        #expect(error?.description.contains("expected host memory, got memory of toy") == true)
        try buffer.withMutableHostBytes { $0.storeBytes(of: 7, as: Int64.self) }
        let copy = try buffer.copied()
        try buffer.withMutableHostBytes { $0.storeBytes(of: 8, as: Int64.self) }
        #expect(copy.device == "toy")
        #expect(try copy.withHostBytes { $0.load(as: Int64.self) } == 7)
    }

    /// Weights and batch stay on the device: a step copies nothing from or to the host.
    @Test func aStepTrainsOnTheDevice() throws {
        let start = Tensor([0.5, -1.0, 2.0] as [Float]).reshaped(to: [3, 1])
        let x = Tensor([1, 2, 3, 0, 1, -1] as [Float]).reshaped(to: [2, 3])
        func trained(_ device: Device) throws -> (values: [Float], copies: Int) {
            try device.asCurrent {
                try x.evaluate()
                let step = try CompiledStep(start) { weights, inputs in
                    let (loss, slope) = valueAndGradient(at: weights) {
                        let y = inputs[0].matmul($0)
                        return (y * y).sum()
                    }
                    weights = weights - slope * 0.01
                    return [loss]
                }
                try step.run([x])
                let before = ToyMemory.hostCopies.load(ordering: .relaxed)
                for _ in 0..<3 { try step.run([x]) }
                let copies = ToyMemory.hostCopies.load(ordering: .relaxed) - before
                return (try step.state.values() + [step.scalar(0)], copies)
            }
        }
        let toy = try trained(Device(ToyBackend()))
        let reference = try trained(Device(ReferenceBackend()))
        #expect(toy.values.count == reference.values.count)
        // Sums of three products and of two rows, four steps: a few roundings of float32 each.
        for (one, other) in zip(toy.values, reference.values) { #expect(abs(one - other) < 1e-5) }
        #expect(toy.copies == 0)
    }
}
