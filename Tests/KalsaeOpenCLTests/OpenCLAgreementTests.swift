import KalsaeGPU
import KalsaeOpenCL
import KalsaeTesting
import Testing

/// A device of OpenCL against the reference: every primitive, every type, odd shapes, mixed graphs, and
/// the errors that data can cause.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"))
struct OpenCLAgreementTests {
    /// What computes so much that it takes longer to run than to compile.
    private static let large = [
        "large", "large products", "large attention", "tiles", "attention tiles",
    ]

    @Test(arguments: BackendCase.families.map(\.name)) func family(_ name: String) throws {
        let isLarge = Self.large.contains(name)
        let backend = try (isLarge ? OpenCLDevice.backend : OpenCLDevice.plainBackend).get()
        for family in BackendCase.families where family.name == name {
            let cases = name.hasSuffix("tiles") ? thinned(family.cases) : family.cases
            // One program: compilers take longest to begin.
            let graphs = cases.map { (graph: $0.graph, options: $0.options) }
            for start in stride(from: 0, to: graphs.count, by: 512) {
                try backend.prepare(Array(graphs[start..<min(start + 512, graphs.count)]))
            }
            checkBackend(backend, cases: cases)
        }
    }

    /// Of halves every third: without tensor cores their tiles are those of `float32`, but for what is loaded.
    private func thinned(_ cases: [BackendCase]) -> [BackendCase] {
        cases.enumerated().filter { $0 % 3 == 0 || $1.graph.inputs[0].dtype == .float32 }
            .map(\.element)
    }
}
