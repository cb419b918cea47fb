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
            let backend = GPUBackend(try SignalActions.keeping(open))
            // Some drivers do more at their first kernel.
            try SignalActions.keeping(backend.selfTest)
            let device = Device(backend)
            opened[name] = device
            return device
        }
    }

    /// A device by its name: `cpu`, `cuda` or `opencl`, or `opencl:1` for the second of OpenCL.
    public static func named(_ name: String) throws -> Device {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let index = parts.count == 1 ? nil : Int(parts[1]) ?? -1
        switch parts.first {
        case "cpu" where index == nil: return cpu
        case "cuda" where index ?? 0 >= 0:
            return try cuda(index ?? dealtIndex(among: CUDADriver.cardCount))
        case "opencl" where index ?? 0 >= 0:
            return try opencl(index ?? dealtIndex(among: OpenCLDevices.likeTheFirst))
        case _: break
        }
        throw KalsaeError(
            "device", expected: "cpu, cuda or opencl, or opencl:1 for the second of OpenCL",
            got: name, advice: advice(for: name))
    }

    /// What was probably meant by a name that is none.
    private static func advice(for name: String) -> String {
        let plain = name.lowercased()
        if plain == "gpu" || plain.hasPrefix("gpu:") {
            return "a card of NVIDIA is cuda, any other opencl; kalsae doctor lists what is there"
        }
        let kind = plain.split(separator: ":").first.map(String.init) ?? ""
        let number = plain.dropFirst(kind.count)
        let known = ["cpu", "cuda", "opencl"]
        if known.contains(kind), plain != name { return "did you mean \"\(plain)\"?" }
        return SpellingSuggestion.of(kind, in: known)
            .map { "did you mean \"\($0)\($0 == "cpu" ? "" : number)\"?" } ?? ""
    }

    /// Which of a host's devices a name without a number means: 0 in a process of its own.
    private static let dealt = Atomic(0)

    /// Deals the devices of a host to the processes that share it: from now on `cuda` and `opencl` without
    /// a number mean the one of this process's number there, modulo how many there are.
    package static func deal(to localRank: Int) { dealt.store(localRank, ordering: .relaxed) }

    private static func dealtIndex(among count: @autoclosure () -> Int) -> Int {
        let own = dealt.load(ordering: .relaxed)
        return own == 0 ? 0 : own % max(count(), 1)
    }

    /// The backend of an accelerator; nil for others.
    package var accelerator: GPUBackend? { plans.backend as? GPUBackend }

    /// The device that `KALSAE_DEVICE` names, with the precision of `KALSAE_PRECISION`. One that cannot be
    /// had throws when it is first used: nothing is computed elsewhere instead.
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
