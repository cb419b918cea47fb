import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import KalsaeSupport
import Synchronization
import Testing

/// Plans take large arenas in turn, and those that no plan uses are given back where memory is short.
@Suite(.serialized) struct IdleArenaTests {
    private static let size = 1 << 12

    /// A plan whose arena holds at least one matrix of 4 `size` rows.
    private func plan(_ columns: Int) throws -> (plan: any Plan, run: () throws -> Counts) {
        let rows = Self.size
        var graph = Graph()
        let column = graph.addInput(TensorType(.float32, [rows, 1]))
        let row = graph.addInput(TensorType(.float32, [1, columns]))
        let last = graph.addInput(TensorType(.float32, [columns, 1]))
        let product = Primitive.matrixProduct(MatrixProductParameters())
        graph.outputs = [try graph.add(product, [graph.add(product, [column, row]), last])]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        #expect(plan.arenaByteCount >= 4 * rows * columns)
        let inputs = try [rows, columns, columns].map { try Buffer(byteCount: 4 * $0) }
        let output = try Buffer(byteCount: 4 * rows)
        return (
            plan,
            {
                try Counters.measure { try plan.run(inputs: inputs, outputs: [output]) }.counts
            }
        )
    }

    /// Whether runs of plans take an arena that is there; tests beside this one may take it now and then.
    private func share(_ runs: [() throws -> Counts]) throws -> Bool {
        for _ in 0..<20 where try runs.allSatisfy({ try $0().buffersAllocated == 0 }) {
            return true
        }
        return false
    }

    /// One behind the other they need the memory of the largest.
    @Test func plansTakeOneArenaInTurn() throws {
        let (first, second, third) = (try plan(4096), try plan(5120), try plan(6144))
        _ = try third.run()
        #expect(try share([first.run, second.run, third.run, first.run]))
    }

    @Test func theyAreGivenBackWhereMemoryIsShort() throws {
        let first = try plan(8192)
        _ = try first.run()
        #expect(try share([first.run]))
        let facts = MemoryFacts(physical: 1 << 30, swap: 0, held: 1 << 29)
        let backend = CPUBackend(threads: 1)
        MemoryFacts.$source.withValue(MemoryFacts.Source { facts }) {
            #expect(backend.hostMemory(wanted: 1 << 29) == 1 << 29)
        }
        #expect(try share([first.run]))
        MemoryFacts.$source.withValue(MemoryFacts.Source { facts }) {
            #expect(backend.hostMemory(wanted: 1 << 29 + 1) == 1 << 29)
        }
        #expect(try first.run().buffersAllocated == 1)
    }

    /// None is left until what is idle is given back.
    @Test func aRunGivesThemBackBeforeItIsRefused() throws {
        let (first, second) = (try plan(8192), try plan(10240))
        _ = try first.run()
        let asked = Mutex(0)
        let source = MemoryFacts.Source {
            let isFirst = asked.withLock {
                $0 += 1
                return $0 == 1
            }
            return MemoryFacts(physical: 1 << 30, swap: 0, held: isFirst ? 1 << 30 : 0)
        }
        let counts = try MemoryFacts.$source.withValue(source) { try second.run() }
        #expect(counts.buffersAllocated == 1 && asked.withLock { $0 } == 2)
        let least = second.plan.arenaByteCount
        func facts(left: Int) -> MemoryFacts.Source {
            MemoryFacts.Source { MemoryFacts(physical: 1 << 30, swap: 0, held: 1 << 30 - left) }
        }
        _ = CPUBackend(threads: 1).hostMemory(wanted: .max)
        let error = #expect(throws: KalsaeError.self) {
            try MemoryFacts.$source.withValue(facts(left: least - 1)) { _ = try second.run() }
        }
        #expect(error?.got == "\(least)" && error?.expected.contains("\(least - 1) bytes") == true)
        try MemoryFacts.$source.withValue(facts(left: least)) { _ = try second.run() }
    }

    /// Without an error the system would end the process as it runs; what is only compiled, to look at it,
    /// takes no memory.
    @Test func moreThanTheMemoryIsRefused() throws {
        let size = 1 << 21
        var graph = Graph()
        let column = graph.addInput(TensorType(.float32, [size, 1]))
        let row = graph.addInput(TensorType(.float32, [1, size]))
        let product = Primitive.matrixProduct(MatrixProductParameters())
        graph.outputs = [try graph.add(product, [graph.add(product, [column, row]), column])]
        let plan = try CPUBackend(threads: 1).compile(graph, options: PlanOptions())
        #expect(plan.arenaByteCount >= 4 * size * size)
        let (inputs, output) = (
            try [Buffer(byteCount: 4 * size), Buffer(byteCount: 4 * size)],
            try Buffer(byteCount: 4 * size)
        )
        let error = #expect(throws: KalsaeError.self) {
            try plan.run(inputs: inputs, outputs: [output])
        }
        #expect(error?.expected.hasSuffix("left of \(Memory.most)") == true)
        #expect(Int(error?.got ?? "") ?? 0 >= 4 * size * size)
        #expect(error?.advice.contains("--micro-batches") == true)
    }
}
