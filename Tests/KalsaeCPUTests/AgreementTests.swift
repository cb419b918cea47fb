import KalsaeCPU
import KalsaeSupport
import KalsaeTesting
import Testing

/// The CPU against the reference: every primitive, every type, odd shapes, mixed graphs.
@Suite struct AgreementTests {
    @Test(arguments: BackendCase.families.map(\.name)) func family(_ name: String) {
        for family in BackendCase.families where family.name == name {
            checkBackend(CPUBackend(), cases: family.cases)
        }
    }

    /// With all passes and without any: what is left must still be right, and graphs well formed.
    @Test(arguments: ["none", "all"]) func passes(_ passes: String) {
        EnvironmentFlag.with(.passes, passes) {
            EnvironmentFlag.with(.verify, "1") {
                let names = ["movement", "mixed graphs", "reductions"]
                for family in BackendCase.families where names.contains(family.name) {
                    checkBackend(CPUBackend(), cases: family.cases)
                }
            }
        }
    }

    /// Kernels of Kalsae's own; the library may divide its products otherwise.
    @Test func bitsDoNotDependOnTheNumberOfThreads() {
        for family in BackendCase.families where ["large", "reductions"].contains(family.name) {
            for row in family.cases {
                #expect(row.bitMismatch(CPUBackend(threads: 1), CPUBackend(threads: 2)) == nil)
            }
        }
    }
}
