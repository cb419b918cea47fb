import CKalsaeKernels
import CKalsaeOneDNN
import KalsaeBackend
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

/// The processor: fused loops in C for element-wise work, oneDNN for products and convolutions.
public struct CPUBackend: Backend {
    /// Threads that one plan may use.
    public let threads: Int

    /// Makes the backend.
    ///
    /// - Parameter threads: threads per plan; nil for `KALSAE_THREADS`, or one per core.
    public init(threads: Int? = nil) {
        let wanted = threads ?? EnvironmentFlag.threads.integer
        self.threads = wanted > 0 ? wanted : CPUBackend.coreCount
    }

    /// Always `cpu`.
    public var name: String { "cpu" }

    /// Cores that this process may run on.
    public static var coreCount: Int { max(Int(kls_core_count()), 1) }

    /// Says, once for each, which names in `KALSAE_PASSES` are no passes.
    private static func checkPassNames() {
        let named = EnvironmentFlag.namedPasses
        guard named != ["all"] else { return }
        let known =
            GraphPass.allCases.map(\.rawValue) + LoweringPass.allCases.map(\.rawValue)
            + JoiningPass.allCases.map(\.rawValue) + CPUPass.allCases.map(\.rawValue)
        for name in named where !(known + ["all", "none"]).contains(name) {
            Notice.sayOnce(
                "pass \(name)",
                "KALSAE_PASSES: expected all, none, \(known.joined(separator: ", ")), got \(name)")
        }
    }

    /// What is left for buffers; arenas that no plan is using are given up where it is not enough.
    public func hostMemory(wanted byteCount: Int) -> Int? { IdleArenas.left(wanted: byteCount) }

    /// Prepares a graph: passes, fusion, order, memory, code.
    public func compile(
        _ graph: Graph, options: PlanOptions
    ) throws(KalsaeError) -> any Plan {
        try InstructionSet.apply()
        CPUBackend.checkPassNames()
        guard options.precision != .tf32 else {
            throw KalsaeError(
                "precision", expected: "float32, bfloat16 or float16 on the cpu", got: "tf32",
                advice: "cards of NVIDIA have it: --device cuda")
        }
        let graph = try graph.optimized(precision: options.precision)
        // The library plans for the number of threads that it finds.
        kdnn_set_threads(Int32(threads))
        return try CPUPlanBuilder(graph, options: options, threads: threads).build()
    }
}
