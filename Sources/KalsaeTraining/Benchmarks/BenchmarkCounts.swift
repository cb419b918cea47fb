import KalsaeBackend
import KalsaeSupport

/// What a warm step of a benchmark network takes, as numbers that need no clock.
package struct BenchmarkCounts: Equatable, Sendable {
    /// Instructions of its plan.
    package var instructions: Int
    /// Kernels or graphs of kernels that an accelerator is given; 0 on the CPU.
    package var launches: Int
    /// Bytes that they read and write.
    package var bytes: Int
    /// Bytes of the arena: intermediate values and scratch memory.
    package var arena: Int
    /// Buffers, tensors and plans made by a step.
    package var allocations: Int

    package init(
        instructions: Int, launches: Int = 0, bytes: Int, arena: Int, allocations: Int = 0
    ) {
        self.instructions = instructions
        self.launches = launches
        self.bytes = bytes
        self.arena = arena
        self.allocations = allocations
    }

    /// Builds the network, takes some steps, and counts; without steps launches and allocations are 0.
    package static func measure(
        _ net: BenchmarkNetwork, takingSteps: Bool = true
    ) throws -> BenchmarkCounts {
        let step = try BenchmarkStep(net)
        guard takingSteps else {
            try step.compile()
            guard let plan = step.plan else { throw missing(net) }
            return BenchmarkCounts(plan, instructions: plan.instructions.count)
        }
        for _ in 0..<2 { _ = try step.run() }
        let counts = try Counters.measure { try step.run() }.counts
        guard let plan = step.plan else { throw missing(net) }
        var result = BenchmarkCounts(plan, instructions: counts.instructionsRun)
        result.launches = counts.launches
        result.allocations = counts.buffersAllocated + counts.nodesMade + counts.plansCompiled
        return result
    }

    private init(_ plan: any Plan, instructions: Int) {
        self.init(
            instructions: instructions, bytes: Int(plan.instructions.reduce(0) { $0 + $1.bytes }),
            arena: plan.arenaByteCount)
    }

    private static func missing(_ net: BenchmarkNetwork) -> KalsaeError {
        KalsaeError(net.rawValue, expected: "a plan after its first step", got: "none")
    }
}
