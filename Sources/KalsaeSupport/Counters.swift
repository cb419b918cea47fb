import Synchronization

/// What the engine did while a scope ran, as counts: a regression shows without a clock.
public struct Counts: Equatable, Sendable {
    /// Plans compiled: plan-cache misses.
    public var plansCompiled = 0
    /// Kernels made for plans: one for each instruction.
    public var kernelsMade = 0
    /// Plans run.
    public var plansRun = 0
    /// Instructions run by all plans.
    public var instructionsRun = 0
    /// Buffers allocated for tensors' values.
    public var buffersAllocated = 0
    /// Bytes in those buffers.
    public var bytesAllocated = 0
    /// Tensor nodes made by tracing.
    public var nodesMade = 0
    /// Programs compiled for accelerators.
    public var programsCompiled = 0
    /// Launches of kernels of accelerators.
    public var launches = 0
    /// Copies between the memory of the host and of an accelerator.
    public var deviceCopies = 0

    /// All counts zero.
    public init() {}
}

/// Records counts for the scope that asks, and only for that scope, so that tests may run side by
/// side.
public final class Counters: Sendable {
    private let counts = Mutex(Counts())

    @TaskLocal private static var current: Counters?

    /// Adds to the counts of the scope that measures, if any does.
    @inline(__always)
    public static func record(_ change: (inout Counts) -> Void) {
        guard let current else { return }
        current.counts.withLock { change(&$0) }
    }

    /// Runs `body` and returns its result with what was counted meanwhile on this task.
    public static func measure<Result>(
        _ body: () throws -> Result
    ) rethrows -> (result: Result, counts: Counts) {
        let counters = Counters()
        let result = try $current.withValue(counters) { try body() }
        return (result, counters.counts.withLock { $0 })
    }

    /// Runs `body` and returns what was done, on actors that it calls too.
    public static func measure<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async rethrows -> (result: Result, counts: Counts) {
        let counters = Counters()
        let result = try await $current.withValue(
            counters, operation: { try await body() }, isolation: isolation)
        return (result, counters.counts.withLock { $0 })
    }
}
