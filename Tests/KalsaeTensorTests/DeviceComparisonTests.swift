import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Two devices on one step: rounding is no difference, a wrong kernel is, with the operation and its index.
@Suite struct DeviceComparisonTests {
    /// A step of a product, a function and a mean, with its gradient.
    private func graph() throws -> StepGraph {
        let step = try CompiledStep(Tensor.randn([6, 4], seed: 1)) {
            (weight: inout Tensor, inputs: [Tensor]) -> [Tensor] in
            let traced = valueAndGradient(at: weight) { (weight: Tensor) -> Tensor in
                let output: Tensor = inputs[0].matmul(weight).tanh()
                return (output * output).mean()
            }
            let change: Tensor = traced.gradient * 0.1
            weight = weight - change
            return [traced.value]
        }
        return try step.graph(for: [Tensor.randn([50, 6], seed: 2)])
    }

    @Test func roundingIsNoDifference() throws {
        var comparison = DeviceComparison(try graph(), .cpu, Device(ReferenceBackend()))
        let report = try comparison.compare()
        #expect(report.first == nil)
        #expect(report.operations > 8)
        let largest = try #require(report.largest)
        #expect(largest.share > 0 && largest.share <= 1)
    }

    @Test func aDeviceAgreesWithItself() throws {
        var comparison = DeviceComparison(try graph(), .cpu, .cpu)
        let report = try comparison.compare()
        #expect(report.first == nil && report.largest == nil)
        #expect(report.equal == report.operations)
    }

    @Test func aWrongKernelIsNamed() throws {
        let faulty = Device(FaultyBackend())
        var comparison = DeviceComparison(try graph(), .cpu, faulty)
        let first = try #require(try comparison.compare().first)
        #expect(first.operation == "tanh")
        #expect(first.index == [0, 3])
        #expect(abs(first.left - first.right) > 100 * first.bound)
        #expect(first.share > 100)
    }
}

/// The CPU with a tanh whose fourth number is off by a thousandth.
private struct FaultyBackend: Backend {
    let name = "faulty"
    private let cpu = CPUBackend(threads: 1)

    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        let isTanh = graph.nodes.contains { $0.primitive == .unary(.tanh) }
        let plan = try cpu.compile(graph, options: options)
        return isTanh ? FaultyPlan(plan) : plan
    }
}

private final class FaultyPlan: Plan {
    private let plan: any Plan
    init(_ plan: any Plan) { self.plan = plan }
    var graph: Graph { plan.graph }
    var instructions: [InstructionSummary] { plan.instructions }
    var arenaByteCount: Int { plan.arenaByteCount }
    func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        try plan.run(inputs: inputs, outputs: outputs)
        try outputs[0].withMutableHostBytes { bytes in
            let value = bytes.load(fromByteOffset: 12, as: Float.self)
            bytes.storeBytes(of: value + 1e-3, toByteOffset: 12, as: Float.self)
        }
    }
}
