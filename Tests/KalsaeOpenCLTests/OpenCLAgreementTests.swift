import KalsaeGPU
import KalsaeOpenCL
import KalsaeTesting
import Testing

/// A device of OpenCL against the reference: every primitive, every type, odd shapes, mixed graphs, and
/// the errors that data can cause.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct OpenCLAgreementTests {
    @Test(arguments: BackendCase.families.map(\.name)) func family(_ name: String) throws {
        let backend = try OpenCLDevice.backend.get()
        for family in BackendCase.families where family.name == name {
            checkBackend(backend, cases: family.cases)
        }
    }
}
