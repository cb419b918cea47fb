import KalsaeBackend
import KalsaeGraph
import KalsaeReference
import KalsaeSupport
import KalsaeTesting
import Synchronization
import Testing

/// The comparison of backends accepts the reference and goes red on each planted fault.
@Suite struct CheckBackendTests {
    @Test func theReferenceAgreesWithItself() {
        checkBackend(ReferenceBackend())
    }

    @Test func everyCaseStandsOnce() {
        let names = BackendCase.all.map(\.description)
        #expect(Set(names).count > 3000)
    }

    @Test func aWrongOperationIsFound() {
        let faulty = FaultyBackend { graph in
            for index in graph.nodes.indices
            where graph.nodes[index].primitive == .binary(.add) {
                graph.nodes[index].primitive = .binary(.subtract)
            }
        }
        let found = backendMismatches(faulty, cases: cases(of: .binary(.add)))
        #expect(found.contains { $0.contains("float32[17] = add") && $0.contains("17 differ") })
    }

    @Test func aWrongParameterIsFound() {
        let faulty = FaultyBackend { graph in
            for index in graph.nodes.indices {
                if case .argSort(let descending) = graph.nodes[index].primitive {
                    graph.nodes[index].primitive = .argSort(descending: !descending)
                }
            }
        }
        let found = backendMismatches(faulty, cases: cases(of: .argSort(descending: false)))
        #expect(!found.isEmpty)
    }

    @Test func anErrorIsFound() {
        let faulty = FaultyBackend { $0.outputs = [99] }
        let found = backendMismatches(faulty, cases: cases(of: .unary(.exp)))
        #expect(found.contains { $0.contains("threw graph output") })
    }

    @Test func anOverwrittenInputIsFound() {
        let faulty = FaultyBackend(after: { inputs, _ in
            if let first = inputs.first, first.byteCount > 0 {
                (try? first.hostPointer())?.storeBytes(of: 0x5A, as: UInt8.self)
            }
        })
        let found = backendMismatches(faulty, cases: cases(of: .unary(.exp)))
        #expect(found.contains { $0.contains("input 0: expected to be left as it was") })
    }

    @Test func bitsThatChangeFromRunToRunAreFound() {
        let runs = Runs()
        let faulty = FaultyBackend(after: { _, outputs in
            // The last bit of the first number: far inside of every tolerance.
            guard let output = outputs.first, output.byteCount >= 4, runs.next() % 2 == 0 else {
                return
            }
            guard let start = try? output.hostPointer() else { return }
            start.storeBytes(of: start.load(as: UInt32.self) ^ 1, as: UInt32.self)
        })
        let found = backendMismatches(faulty, cases: cases(of: .unary(.exp)))
        #expect(found.contains { $0.contains("same bits in a second run") })
    }

    @Test func otherBitsOfAnotherBackendAreFound() throws {
        let faulty = FaultyBackend { graph in
            for index in graph.nodes.indices
            where graph.nodes[index].primitive == .unary(.exp) {
                graph.nodes[index].primitive = .unary(.expm1)
            }
        }
        let rows = cases(of: .unary(.exp)).filter { $0.graph.nodes[1].type.shape == [17] }
        let row = try #require(rows.first)
        #expect(row.bitMismatch(ReferenceBackend(), ReferenceBackend()) == nil)
        #expect(row.bitMismatch(ReferenceBackend(), faulty)?.contains("other bits") == true)
    }

    @Test func aMissingIndexCheckIsFound() {
        let faulty = FaultyBackend { graph in
            for index in graph.nodes.indices {
                if case .gather = graph.nodes[index].primitive {
                    // Reads something else that fits, and throws nothing.
                    let slice = SliceParameters(starts: [0], counts: [2], strides: [1])
                    graph.nodes[index].primitive = .slice(slice)
                    graph.nodes[index].operands.removeLast()
                }
            }
        }
        let found = backendMismatches(faulty, cases: [])
        #expect(found.count == 4)
        #expect(found.allSatisfy { $0.contains("gather with index") })
    }

    @Test func anIssueIsRecordedForEachMismatch() {
        let faulty = FaultyBackend { $0.outputs = [99] }
        withKnownIssue {
            checkBackend(faulty, cases: cases(of: .unary(.exp)), limit: 1)
        } matching: { issue in
            "\(issue)".contains("graph output") || "\(issue)".contains("cases differ")
        }
    }

    private func cases(of primitive: Primitive) -> [BackendCase] {
        BackendCase.all.filter { $0.graph.nodes.last?.primitive == primitive }
    }
}

private final class Runs: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

/// The reference with a fault in it: another graph, or another effect after each run.
private struct FaultyBackend: Backend {
    let name = "faulty"
    var change: @Sendable (inout Graph) -> Void = { _ in }
    var after: @Sendable ([Buffer], [Buffer]) -> Void = { _, _ in }

    init(_ change: @escaping @Sendable (inout Graph) -> Void) { self.change = change }

    init(after: @escaping @Sendable ([Buffer], [Buffer]) -> Void) { self.after = after }

    func compile(_ graph: Graph, options: PlanOptions) throws(KalsaeError) -> any Plan {
        var changed = graph
        change(&changed)
        return FaultyPlan(try ReferenceBackend().compile(changed, options: options), after)
    }
}

private final class FaultyPlan: Plan {
    let plan: any Plan
    let after: @Sendable ([Buffer], [Buffer]) -> Void

    init(_ plan: any Plan, _ after: @escaping @Sendable ([Buffer], [Buffer]) -> Void) {
        self.plan = plan
        self.after = after
    }

    var graph: Graph { plan.graph }
    var instructions: [InstructionSummary] { plan.instructions }
    var arenaByteCount: Int { plan.arenaByteCount }

    func run(inputs: [Buffer], outputs: [Buffer]) throws(KalsaeError) {
        try plan.run(inputs: inputs, outputs: outputs)
        after(inputs, outputs)
    }
}
