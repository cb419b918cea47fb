import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport

/// A card of NVIDIA: its primary context, and one stream that runs all work in order.
///
/// Of many calls it must be known which card they mean, so that each entry makes the context current.
public final class CUDADriver: Driver {
    /// What there is to know of the card.
    public let info: DeviceInfo
    let library: CUDALibrary
    private let compiler: NVRTC
    private let card: kcu_device
    private let architecture: String
    private nonisolated(unsafe) let context: kcu_handle
    nonisolated(unsafe) let stream: kcu_handle
    private let ring: PinnedRing

    /// Opens a card by its number.
    ///
    /// - Throws: where a library or the card is missing.
    public init(_ index: Int = 0) throws(KalsaeError) {
        library = try CUDALibrary.loaded.get()
        let version = try library.checkedVersion()
        try library.check(library.initialize(0), "cuInit")
        var count: Int32 = 0
        try library.check(library.deviceCount(&count), "cuDeviceGetCount")
        guard (0..<Int(count)).contains(index) else {
            throw KalsaeError(
                "cuda:\(index)",
                expected: count == 0 ? "a card" : "a card from cuda:0 to cuda:\(count - 1)",
                got: "none")
        }
        compiler = try NVRTC.fitting(driver: version)
        var card: kcu_device = 0
        try library.check(library.device(&card, Int32(index)), "cuDeviceGet")
        self.card = card
        let facts = try CardFacts(card, library)
        architecture = try compiler.architecture(for: facts.capability)
        let native = "sm_\(facts.capability)"
        info = facts.info(
            index: index,
            driver: "CUDA \(CUDALibrary.text(version)), NVRTC \(compiler.version), \(native)"
                + (architecture == native ? "" : " by PTX of \(architecture)"))
        var made: kcu_handle?
        try library.check(library.retainContext(&made, card), "cuDevicePrimaryCtxRetain")
        guard let context = made else {
            throw KalsaeError("cuDevicePrimaryCtxRetain", expected: "a context", got: "none")
        }
        self.context = context
        do {
            try library.check(library.setContext(context), "cuCtxSetCurrent")
            stream = try Self.makeStream(library)
            ring = PinnedRing(library, stream)
        } catch {
            _ = library.releaseContext(card)
            throw error
        }
    }

    /// How many cards the driver shows; 0 where there is none.
    public static var cardCount: Int {
        SignalActions.keeping {
            guard let library = try? CUDALibrary.loaded.get(),
                (try? library.checkedVersion()) != nil
            else { return 0 }
            var count: Int32 = 0
            guard Int(library.initialize(0)) == KCU_SUCCESS,
                Int(library.deviceCount(&count)) == KCU_SUCCESS
            else { return 0 }
            return Int(count)
        }
    }

    deinit {
        _ = library.setContext(context)
        ring.free()
        _ = library.destroyStream(stream)
        _ = library.setContext(nil)
        _ = library.releaseContext(card)
    }

    static func makeStream(_ library: CUDALibrary) throws(KalsaeError) -> kcu_handle {
        var made: kcu_handle?
        try library.check(
            library.createStream(&made, UInt32(KCU_STREAM_NON_BLOCKING)), "cuStreamCreate")
        guard let stream = made else {
            throw KalsaeError("cuStreamCreate", expected: "a stream", got: "none")
        }
        return stream
    }

    /// Makes the card that of the calling thread.
    func enter() throws(KalsaeError) {
        try library.check(library.setContext(context), "cuCtxSetCurrent")
    }

    /// The macros of kernels in CUDA C++.
    public var dialect: String { CUDADialect.text(for: architecture) }

    /// Allocates memory; nil where the card has none left.
    public func allocate(byteCount: Int) throws(KalsaeError) -> (any DriverMemory)? {
        try enter()
        var address: kcu_memory = 0
        let code = library.allocate(&address, byteCount)
        if Int(code) == KCU_OUT_OF_MEMORY { return nil }
        try library.check(code, "cuMemAlloc")
        return CUDAMemory(address, byteCount: byteCount, self)
    }

    /// Compiles a program for the card.
    public func compile(_ source: String) throws(KalsaeError) -> any DriverProgram {
        try CUDAProgram(compiler.machineCode(of: source, architecture: architecture), self)
    }

    /// A program of machine code; nil where the card refuses it.
    public func load(_ binary: [UInt8], for source: String) -> (any DriverProgram)? {
        try? CUDAProgram(binary, self)
    }

    /// Sets the arguments of launches; a run of all of them becomes one graph.
    public func prepare(
        _ launches: [Launch], memoryCount: Int
    ) throws(KalsaeError) -> any Executable {
        try CUDAExecutable(launches, memoryCount: memoryCount, self)
    }

    /// Copies host bytes to the card; they may change when the call is over.
    public func write(
        _ bytes: UnsafeRawBufferPointer, to memory: any DriverMemory
    ) throws(KalsaeError) {
        guard !bytes.isEmpty else { return }
        try enter()
        try ring.write(bytes, to: try address(memory))
    }

    /// Copies the first bytes to the host, and waits for them.
    public func read(
        _ memory: any DriverMemory, into bytes: UnsafeMutableRawBufferPointer
    ) throws(KalsaeError) {
        guard let start = bytes.baseAddress else { return }
        try enter()
        try library.check(
            library.download(start, try address(memory), bytes.count, stream),
            "cuMemcpyDtoHAsync")
        try wait()
    }

    /// Copies first bytes of one piece of memory into another, from a byte of it on.
    public func copy(
        _ from: any DriverMemory, to: any DriverMemory, at offset: Int, byteCount: Int
    ) throws(KalsaeError) {
        try enter()
        try library.check(
            library.copy(
                try address(to) + kcu_memory(offset), try address(from), byteCount, stream),
            "cuMemcpyDtoDAsync")
    }

    /// Waits until all that was given is done.
    public func wait() throws(KalsaeError) {
        try enter()
        try library.check(library.synchronize(stream), "cuStreamSynchronize")
    }

    func address(_ memory: any DriverMemory) throws(KalsaeError) -> kcu_memory {
        guard let memory = memory as? CUDAMemory else {
            throw KalsaeError(
                info.device, expected: "memory of CUDA", got: "memory of another driver")
        }
        return memory.address
    }
}

/// Memory of a card; to free it waits for all that uses it.
final class CUDAMemory: DriverMemory {
    let byteCount: Int
    let address: kcu_memory
    private let driver: CUDADriver

    init(_ address: kcu_memory, byteCount: Int, _ driver: CUDADriver) {
        self.address = address
        self.byteCount = byteCount
        self.driver = driver
    }

    deinit {
        try? driver.enter()
        _ = driver.library.free(address)
    }
}
