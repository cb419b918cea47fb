import Glibc
import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTesting
import Testing

/// The CPU against the reference: every primitive, every type, odd shapes, mixed graphs.
@Suite struct AgreementTests {
    /// On all threads, with graphs and plans verified behind every pass.
    @Test(arguments: BackendCase.families.map(\.name)) func family(_ name: String) {
        EnvironmentFlag.with(.verify, "1") {
            for family in BackendCase.families where family.name == name {
                checkBackend(CPUBackend(), cases: family.cases)
            }
        }
    }

    @Test func oneThread() { checkBackend(CPUBackend(threads: 1)) }

    /// Without any pass; `Scripts/test-passes` tries all families.
    @Test func noPasses() {
        EnvironmentFlag.with(.passes, "none") {
            let names = ["movement", "mixed graphs", "reductions"]
            for family in BackendCase.families where names.contains(family.name) {
                checkBackend(CPUBackend(), cases: family.cases)
            }
        }
    }

    /// Kernels of Kalsae's own; the library may divide its products otherwise.
    @Test func bitsDoNotDependOnTheNumberOfThreads() {
        let names = ["large", "reductions", "attention", "large attention"]
        for family in BackendCase.families where names.contains(family.name) {
            for row in family.cases {
                #expect(row.bitMismatch(CPUBackend(threads: 1), CPUBackend(threads: 2)) == nil)
            }
        }
    }

    /// One plan, run from many tasks at once, each with buffers of its own.
    @Test func runsOfOnePlanWaitForEachOther() async throws {
        let type = TensorType(.float32, [64, 33])
        var graph = Graph()
        let x = graph.addInput(type)
        let transposed = try graph.add(.transpose([1, 0]), [x])
        let product = try graph.add(.matrixProduct(MatrixProductParameters()), [transposed, x])
        graph.outputs = [try graph.add(.unary(.tanh), [product])]
        let plan = try CPUBackend().compile(graph, options: PlanOptions())
        let alike = await withTaskGroup(of: Bool.self) { tasks in
            for number in 0..<32 {
                tasks.addTask {
                    let fill = Domain.numbers([Double(number) / 64])
                    var generator = SampleGenerator(seed: 0)
                    let value = fill.value(type, &generator)
                    let expected = Glibc.tanh(Double(number * number) / 64)
                    guard let input = try? value.buffer(),
                        let output = try? Buffer(byteCount: 33 * 33 * 4),
                        (try? plan.run(inputs: [input], outputs: [output])) != nil
                    else { return false }
                    let got = try? KalsaeReference.Value(
                        TensorType(.float32, [33, 33]), reading: output)
                    guard let got else { return false }
                    return got.numbers.doubles.allSatisfy { abs($0 - expected) < 1e-5 }
                }
            }
            return await tasks.reduce(true) { $0 && $1 }
        }
        #expect(alike)
    }
}
