import KalsaeGPU
import KalsaeTensor
import KalsaeTesting
import Testing

/// Trainings on a device of OpenCL beside the CPU.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct LossCurveTests {
    @Test(arguments: LossCurve.networks.map(\.name))
    func lossesStayWithinWhatRoundingExplains(_ network: String) throws {
        try LossCurve.check(network, on: Device(try OpenCLDevice.backend.get()))
    }
}
