import KalsaeCPU
import KalsaeSupport
import KalsaeTesting
import Testing

/// The CPU against the reference on every operation and on graphs that fusion could get wrong.
@Suite struct BackendTests {
    @Test(arguments: [1, 2]) func agreesWithTheReference(threads: Int) {
        checkBackend(CPUBackend(threads: threads))
    }

    @Test func agreesWithoutPasses() {
        EnvironmentFlag.with(.passes, "none") { checkBackend(CPUBackend(threads: 1)) }
    }

    @Test func passesKeepGraphsValid() {
        EnvironmentFlag.with(.verify, "1") { checkBackend(CPUBackend(threads: 1)) }
    }
}
