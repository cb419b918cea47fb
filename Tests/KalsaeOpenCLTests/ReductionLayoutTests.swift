import KalsaeTesting
import Testing

/// Sums and products at sizes where the work is divided in other ways.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct ReductionLayoutTests {
    @Test(arguments: BackendCase.reductionLayouts) func row(_ row: BackendCase) throws {
        checkBackend(try OpenCLDevice.backend.get(), cases: [row])
    }
}
