import KalsaeGPU
import KalsaeSupport
import KalsaeTesting
import Testing

/// Many more drawn networks than the suite of backends has, on a device.
@Suite(
    .enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"),
    .enabled(
        if: EnvironmentFlag.longTests.integer != 0, "takes minutes; see `make test-long`"))
struct NetworkLongRunTests {
    @Test func networksAgreeWithTheReference() throws {
        let backend = try OpenCLDevice.backend.get()
        let cases = (1000..<1400).map { BackendCase.network(seed: $0) }
        for start in stride(from: 0, to: cases.count, by: 50) {
            let part = cases[start..<start + 50]
            try backend.prepare(part.map { (graph: $0.graph, options: $0.options) })
            for one in part { #expect(one.mismatch(backend) == nil) }
        }
    }
}
