import KalsaeGPU
import KalsaeOpenCL
import KalsaeSupport
import KalsaeTensor
import Testing

/// Names of devices, and what is said where one cannot be had.
@Suite struct DeviceChoiceTests {
    @Test(arguments: [
        "", "gpu", "opencl:", "cuda:x", "cuda:-1", "opencl:x", "opencl:-1", "cpu:0", "OpenCL",
        "opencl:1:2",
    ])
    func namesThatAreNoneAreRefused(_ name: String) {
        let error = #expect(throws: KalsaeError.self) { _ = try Device.named(name) }
        #expect(error?.expected == "cpu, cuda or opencl, or opencl:1 for the second of OpenCL")
        #expect(error?.got == name)
    }

    @Test func theCPUIsNoAccelerator() throws {
        #expect(try Device.named("cpu").name == "cpu")
        #expect(Device.cpu.name == "cpu")
    }

    @Test(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"))
    func aDeviceThatIsNotThereIsNamed() throws {
        let count = try OpenCLDevices.all().count
        let error = #expect(throws: KalsaeError.self) { _ = try Device.named("opencl:\(count)") }
        #expect(error?.subject == "opencl:\(count)")
        #expect(error?.expected == "a device from opencl:0 to opencl:\(count - 1)")
    }

    @Test(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"))
    func aDeviceIsOpenedOnceAndPassesItsSelfTest() throws {
        #expect(try Device.opencl().name == "opencl:0")
        let first = try Device.named("opencl")
        let rows = try first.asCurrent { try (Tensor([1, 2, 3]) * 2).sum().item() }
        #expect(rows == 12)
    }
}
