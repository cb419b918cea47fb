import KalsaeCPU
import KalsaeGPU
import KalsaeGraph
import KalsaeOpenCL
import KalsaeSupport
import Synchronization

extension Device {
    /// The processor of this machine.
    public static let cpu = Device(CPUBackend())

    /// A device of OpenCL by its number in the list that `kalsae doctor` shows, from 0; each is opened
    /// once.
    ///
    /// - Throws: where there is no library, no such device, or one whose numbers are wrong.
    public static func opencl(_ index: Int = 0) throws -> Device {
        try opened.withLock { opened in
            if let known = opened[index] { return known }
            let backend = GPUBackend(try OpenCLDevices.open(index))
            try backend.selfTest()
            let device = Device(backend)
            opened[index] = device
            return device
        }
    }

    private static let opened = Mutex<[Int: Device]>([:])

    /// A device by its name: `cpu`, `opencl`, or `opencl:1` for the second device of OpenCL.
    public static func named(_ name: String) throws -> Device {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("cpu", 1): return cpu
        case ("opencl", 1): return try opencl()
        case ("opencl", 2):
            if let index = Int(parts[1]), index >= 0 { return try opencl(index) }
        case _: break
        }
        throw KalsaeError(
            "device", expected: "cpu, opencl, or opencl:1 for the second device of OpenCL",
            got: name)
    }

    /// The backend of an accelerator; nil for others.
    package var accelerator: GPUBackend? { plans.backend as? GPUBackend }

    /// The device that `KALSAE_DEVICE` names. One that cannot be had throws when it is first used:
    /// nothing is computed elsewhere instead.
    static let usual: Device = {
        let name = EnvironmentFlag.device.value
        do {
            return try named(name)
        } catch {
            let cause =
                error as? KalsaeError ?? KalsaeError(name, expected: "a device", got: "\(error)")
            return Device(MissingDevice(name: name, cause: cause))
        }
    }()
}
