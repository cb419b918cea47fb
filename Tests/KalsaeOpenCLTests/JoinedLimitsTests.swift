import KalsaeBackend
import KalsaeGPU
import KalsaeGraph
import KalsaeSupport
import KalsaeTesting
import Testing

/// What is joined stays within what a kernel can be given.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct JoinedLimitsTests {
    private func plan(
        _ graph: Graph, donations: [Int?] = [], errorFactor: Double = 500
    ) throws -> any Plan {
        let options = PlanOptions(donations: donations, isRepeated: true)
        let backend = try OpenCLDevice.backend.get()
        let one = BackendCase(
            "\(graph.nodes.count) nodes", graph, graph.inputs.map { _ in .normal },
            options: options, errorFactor: errorFactor)
        #expect(one.mismatch(backend) == nil)
        return try backend.compile(graph, options: options)
    }

    /// Twelve stages of five operands each would take more bytes of arguments than a kernel has.
    @Test func rowsEndWhereArgumentsDo() throws {
        var graph = Graph()
        let type = TensorType(.float32, [64, 32])
        var x = graph.addInput(type)
        let others = (0..<4).map { _ in graph.addInput(type) }
        for _ in 0..<12 {
            let most = try graph.add(.reduce(.max, axes: [1]), [x])
            let shifted = try graph.add(
                .binary(.subtract), [x, try graph.add(.broadcast(type.shape), [most])])
            var value = shifted
            for (number, other) in others.enumerated() {
                let operation: BinaryOperation = number % 2 == 0 ? .multiply : .add
                value = try graph.add(.binary(operation), [value, other])
            }
            x = try graph.add(.unary(.tanh), [value])
        }
        graph.outputs = [x]
        #expect(try plan(graph, errorFactor: 20_000).instructions.count < 12)
    }

    @Test func sequencesEndWhereArgumentsDo() throws {
        var graph = Graph()
        let type = TensorType(.float32, [5])
        let info = try OpenCLDevice.backend.get().driver.info
        // A pointer to each; the largest devices take some thousand.
        let count = min(info.argumentBytes / 8 + 20, 600)
        var sum = graph.addInput(type)
        for _ in 0..<count {
            sum = try graph.add(.binary(.add), [sum, graph.addInput(type)])
        }
        graph.outputs = [sum]
        #expect(try plan(graph).instructions.count < count / 8)
    }

    /// An update of a scale that its rows read before is done in place, by a kernel behind theirs.
    @Test func anUpdateOfWhatRowsReadIsInPlace() throws {
        var graph = Graph()
        let (type, row) = (TensorType(.float32, [64, 12]), TensorType(.float32, [1, 12]))
        let (x, scale) = (graph.addInput(type), graph.addInput(row))
        let sum = try graph.add(.reduce(.sum, axes: [0]), [x])
        let all = try graph.add(.binary(.multiply), [sum, scale])
        let wide = try graph.add(.broadcast(type.shape), [all])
        let centered = try graph.add(.binary(.subtract), [x, wide])
        let slope = try graph.add(.reduce(.sum, axes: [0]), [centered])
        graph.outputs = [centered, try graph.add(.binary(.subtract), [scale, slope])]
        let made = try EnvironmentFlag.with(.passes, "-sequence") {
            try plan(graph, donations: [nil, 1])
        }
        #expect(!made.instructions.contains { $0.detail.contains("donated") })
    }
}
