import KalsaeCPU
import KalsaeCUDA
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
        try accelerator("opencl:\(index)") { () throws(KalsaeError) in
            try OpenCLDevices.open(index)
        }
    }

    /// A card of NVIDIA by its number, from 0; each is opened once.
    ///
    /// - Throws: where there is no driver, no compiler or no such card, or one whose numbers are wrong.
    public static func cuda(_ index: Int = 0) throws -> Device {
        try accelerator("cuda:\(index)") { () throws(KalsaeError) in try CUDADriver(index) }
    }

    private static let opened = Mutex<[String: Device]>([:])

    private static func accelerator(
        _ name: String, _ open: () throws(KalsaeError) -> any Driver
    ) throws -> Device {
        try opened.withLock { opened in
            if let known = opened[name] { return known }
            let backend = GPUBackend(try open())
            try backend.selfTest()
            let device = Device(backend)
            opened[name] = device
            return device
        }
    }

    /// A device by its name: `cpu`, `cuda` or `opencl`, or `opencl:1` for the second of OpenCL.
    public static func named(_ name: String) throws -> Device {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let index = parts.count == 1 ? 0 : Int(parts[1]) ?? -1
        switch parts.first {
        case "cpu" where parts.count == 1: return cpu
        case "cuda" where index >= 0: return try cuda(index)
        case "opencl" where index >= 0: return try opencl(index)
        case _: break
        }
        throw KalsaeError(
            "device", expected: "cpu, cuda or opencl, or opencl:1 for the second of OpenCL",
            got: name)
    }

    /// The backend of an accelerator; nil for others.
    package var accelerator: GPUBackend? { plans.backend as? GPUBackend }

    /// The device that `KALSAE_DEVICE` names, with the precision of `KALSAE_PRECISION`. One that cannot be had throws when it is first used:
    /// nothing is computed elsewhere instead.
    static let usual: Device = {
        let name = EnvironmentFlag.device.value
        do {
            return try named(name).with(.ofEnvironment())
        } catch {
            let cause =
                error as? KalsaeError ?? KalsaeError(name, expected: "a device", got: "\(error)")
            return Device(MissingDevice(name: name, cause: cause))
        }
    }()
}
