import KalsaeSupport

/// One instruction of a CPU plan: what it is called, what it needs, and the code that does it.
package struct Kernel: Sendable {
    /// The name in summaries and profiles.
    package var name: String
    /// Bytes of scratch memory that a run needs, aligned to 64 bytes; 0 for none.
    package var scratchBytes: Int
    /// What runs it.
    package var engine: Engine
    /// Floating-point operations of one run.
    package var flops: Double
    /// Whether a run may use several threads.
    package var usesThreads: Bool
    /// Whether a run calls a library that has a pool of threads of its own.
    package var callsLibrary: Bool
    /// Runs over the buffers: operands in order, then results, then scratch if it is needed.
    package var body: @Sendable (UnsafePointer<UnsafeMutableRawPointer>) -> Void

    /// Makes a kernel.
    package init(
        name: String, engine: Engine = .plainLoops, scratchBytes: Int = 0, flops: Double = 0,
        usesThreads: Bool = false, callsLibrary: Bool = false,
        body: @escaping @Sendable (UnsafePointer<UnsafeMutableRawPointer>) -> Void
    ) {
        self.name = name
        self.engine = engine
        self.scratchBytes = scratchBytes
        self.flops = flops
        self.usesThreads = usesThreads
        self.callsLibrary = callsLibrary
        self.body = body
        Counters.record { $0.kernelsMade += 1 }
    }
}
