import KalsaeSupport

/// What a warm step of a benchmark network takes, as numbers that need no clock.
package struct BenchmarkCounts: Equatable, Sendable {
    /// Instructions of its plan.
    package var instructions: Int
    /// Bytes that they read and write.
    package var bytes: Int
    /// Bytes of the arena: intermediate values and scratch memory.
    package var arena: Int
    /// Buffers, tensors and plans made by a step.
    package var allocations: Int

    package init(instructions: Int, bytes: Int, arena: Int, allocations: Int = 0) {
        self.instructions = instructions
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
            instructions: counts.instructionsRun, bytes: Int(bytes), arena: plan.arenaByteCount,
            allocations: counts.buffersAllocated + counts.nodesMade + counts.plansCompiled)
    }
}
