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

    /// Builds the network, takes some steps, and counts.
    package static func measure(_ net: BenchmarkNetwork) throws -> BenchmarkCounts {
        let step = try BenchmarkStep(net)
        for _ in 0..<2 { _ = try step.run() }
        let counts = try Counters.measure { try step.run() }.counts
        guard let plan = step.plan else {
            throw KalsaeError(net.rawValue, expected: "a plan after its first step", got: "none")
        }
        let bytes = plan.instructions.reduce(0.0) { $0 + $1.bytes }
        return BenchmarkCounts(
            instructions: counts.instructionsRun, launches: counts.launches, bytes: Int(bytes),
            arena: plan.arenaByteCount,
            allocations: counts.buffersAllocated + counts.nodesMade + counts.plansCompiled)
    }
}
