import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport

/// A device of OpenCL 1.2 or later: one context, and one queue that runs all work in order.
public final class OpenCLDriver: Driver {
    /// What there is to know of the device.
    public let info: DeviceInfo
    let library: OpenCLLibrary
    /// What programs are compiled with.
    let options: String
    nonisolated(unsafe) let device: kcl_handle
    nonisolated(unsafe) let context: kcl_handle
    nonisolated(unsafe) let queue: kcl_handle

    init(_ entry: OpenCLDevices.Entry, optimizing: Bool) throws(KalsaeError) {
        library = try OpenCLLibrary.loaded.get()
        info = entry.info
        device = entry.device
        guard info.largestGroup >= 256, info.sharedBytes >= 18 << 10 else {
            throw KalsaeError(
                info.device, expected: "groups of 256 work items with 18 KB of shared memory",
                got: "\(info.largestGroup) with \(info.sharedBytes >> 10) KB on \(info.name)")
        }
        var single: kcl_bitfield = 0
        _ = library.deviceInfo(
            device, kcl_uint(KCL_DEVICE_SINGLE_FP_CONFIG), MemoryLayout.size(ofValue: single),
            &single, nil)
        let rounds = single & kcl_bitfield(KCL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0
        options =
            "-cl-std=CL1.2 -w" + (rounds ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
            + (optimizing ? "" : " -cl-opt-disable")
        // CL_CONTEXT_PLATFORM
        let properties = [0x1084, Int(bitPattern: entry.platform), 0]
        var code: kcl_int = 0
        let devices = [entry.device]
        guard let context = library.createContext(properties, 1, devices, nil, nil, &code) else {
            throw Self.failed("clCreateContext", code)
        }
        guard let queue = library.createQueue(context, entry.device, 0, &code) else {
            _ = library.releaseContext(context)
            throw Self.failed("clCreateCommandQueue", code)
        }
        (self.context, self.queue) = (context, queue)
    }

    deinit {
        _ = library.releaseQueue(queue)
        _ = library.releaseContext(context)
    }

    static func failed(_ function: String, _ code: kcl_int) -> KalsaeError {
        KalsaeError(
            function, expected: "success", got: OpenCLStatus.name(code),
            advice: OpenCLStatus.advice(code))
    }

    /// The macros of kernels in OpenCL C 1.2.
    public var dialect: String {
        "/* \(options) */\n" + OpenCLDialect.text(hasFloat64: info.hasFloat64)
    }

    /// Allocates a buffer; nil where the device has no memory left.
    public func allocate(byteCount: Int) throws(KalsaeError) -> (any DriverMemory)? {
        guard byteCount <= info.largestBuffer else { return nil }
        var code: kcl_int = 0
        let flags = kcl_bitfield(KCL_MEM_READ_WRITE)
        guard let handle = library.createBuffer(context, flags, byteCount, nil, &code) else {
            if OpenCLStatus.isOutOfMemory(code) { return nil }
            throw Self.failed("clCreateBuffer", code)
        }
        return OpenCLMemory(handle, byteCount: byteCount, self)
    }

    /// Copies host bytes to the device; they may change when the call is over.
    public func write(
        _ bytes: UnsafeRawBufferPointer, to memory: any DriverMemory
    ) throws(KalsaeError) {
        guard let start = bytes.baseAddress else { return }
        try OpenCLLibrary.check(
            library.write(
                queue, try handle(memory), 1, 0, bytes.count, start, 0, nil, nil),
            "clEnqueueWriteBuffer")
    }

    /// Copies the first bytes to the host, and waits for them.
    public func read(
        _ memory: any DriverMemory, into bytes: UnsafeMutableRawBufferPointer
    ) throws(KalsaeError) {
        guard let start = bytes.baseAddress else { return }
        try OpenCLLibrary.check(
            library.read(queue, try handle(memory), 1, 0, bytes.count, start, 0, nil, nil),
            "clEnqueueReadBuffer")
    }

    /// Copies first bytes of one buffer into another, from a byte of it on.
    public func copy(
        _ from: any DriverMemory, to: any DriverMemory, at offset: Int, byteCount: Int
    ) throws(KalsaeError) {
        try OpenCLLibrary.check(
            library.copy(
                queue, try handle(from), try handle(to), 0, offset, byteCount, 0, nil, nil),
            "clEnqueueCopyBuffer")
    }

    /// Waits until all that was given is done.
    public func wait() throws(KalsaeError) {
        try OpenCLLibrary.check(library.finish(queue), "clFinish")
    }

    func handle(_ memory: any DriverMemory) throws(KalsaeError) -> kcl_handle {
        guard let memory = memory as? OpenCLMemory else {
            throw KalsaeError(
                info.device, expected: "memory of OpenCL", got: "memory of another driver")
        }
        return memory.handle
    }

    /// Makes a kernel object for each launch, with its arguments set.
    public func prepare(
        _ launches: [Launch], memoryCount: Int
    ) throws(KalsaeError) -> any Executable {
        try OpenCLExecutable(launches, memoryCount: memoryCount, self)
    }
}

/// A buffer of OpenCL, which frees it once no launch that was given needs it.
final class OpenCLMemory: DriverMemory {
    let byteCount: Int
    nonisolated(unsafe) let handle: kcl_handle
    private let driver: OpenCLDriver

    init(_ handle: kcl_handle, byteCount: Int, _ driver: OpenCLDriver) {
        self.handle = handle
        self.byteCount = byteCount
        self.driver = driver
    }

    deinit { _ = driver.library.releaseBuffer(handle) }
}
