import KalsaeCPU
import KalsaeTesting
import Testing

/// The CPU against the reference: every primitive, every type, odd shapes, mixed graphs.
@Suite struct AgreementTests {
    @Test(arguments: BackendCase.families.map(\.name)) func family(_ name: String) {
        for family in BackendCase.families where family.name == name {
            checkBackend(CPUBackend(), cases: family.cases)
        }
    }
}
