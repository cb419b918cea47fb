import CKalsaeDrivers
import KalsaeGPU
import KalsaeSupport

/// A program of OpenCL for one device.
final class OpenCLProgram: DriverProgram {
    nonisolated(unsafe) let handle: kcl_handle
    let driver: OpenCLDriver

    private init(_ handle: kcl_handle, _ driver: OpenCLDriver) {
        self.handle = handle
        self.driver = driver
    }

    deinit { _ = driver.library.releaseProgram(handle) }

    /// Compiles a text.
    convenience init(_ source: String, _ driver: OpenCLDriver) throws(KalsaeError) {
        var code: kcl_int = 0
        let handle = source.withCString { text in
            driver.library.createProgram(driver.context, 1, [text], [source.utf8.count], &code)
        }
        guard let handle else { throw OpenCLDriver.failed("clCreateProgramWithSource", code) }
        self.init(handle, driver)
        try build()
    }

    /// Takes over machine code; nil where the device refuses it.
    convenience init?(_ binary: [UInt8], _ driver: OpenCLDriver) {
        var code: kcl_int = 0
        let handle = binary.withUnsafeBufferPointer { bytes -> kcl_handle? in
            guard let start = bytes.baseAddress else { return nil }
            return driver.library.createProgramFromBinary(
                driver.context, 1, [driver.device], [binary.count], [start], nil, &code)
        }
        guard let handle else { return nil }
        self.init(handle, driver)
        guard (try? build()) != nil else { return nil }
    }

    private func build() throws(KalsaeError) {
        let code = driver.library.buildProgram(
            handle, 1, [driver.device], driver.options, nil, nil)
        guard Int(code) != KCL_SUCCESS else { return }
        var log = OpenCLStatus.name(code)
        var count = 0
        _ = driver.library.buildInfo(
            handle, driver.device, kcl_uint(KCL_PROGRAM_BUILD_LOG), 0, nil, &count)
        var bytes = [UInt8](repeating: 0, count: count)
        if count > 0 {
            _ = driver.library.buildInfo(
                handle, driver.device, kcl_uint(KCL_PROGRAM_BUILD_LOG), count, &bytes, nil)
            let lines = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                .split(whereSeparator: \.isNewline)
            let errors = lines.filter { $0.contains("error") }
            log += ": " + (errors.isEmpty ? lines : errors).prefix(3).joined(separator: "; ")
        }
        throw KalsaeError(
            driver.info.device, expected: "a compiler that takes the generated kernels", got: log,
            advice: "look whether its cache can be written and the disc has space (XDG_CACHE_HOME, "
                + "POCL_CACHE_DIR); if so, report this with the output of kalsae doctor")
    }

    /// The machine code; nil for PoCL, which keeps it itself and would make another for this.
    func binary() throws(KalsaeError) -> [UInt8]? {
        if driver.info.driver.hasPrefix("Portable Computing Language") { return nil }
        return try machineCode()
    }

    /// The machine code, whichever the platform.
    package func machineCode() throws(KalsaeError) -> [UInt8]? {
        let (library, word) = (driver.library, MemoryLayout<Int>.size)
        var size = 0
        try OpenCLLibrary.check(
            library.programInfo(handle, kcl_uint(KCL_PROGRAM_BINARY_SIZES), word, &size, nil),
            "clGetProgramInfo")
        guard size > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        let code = bytes.withUnsafeMutableBufferPointer { bytes in
            var start: UnsafeMutablePointer<UInt8>? = bytes.baseAddress
            return library.programInfo(
                handle, kcl_uint(KCL_PROGRAM_BINARIES), word, &start, nil)
        }
        try OpenCLLibrary.check(code, "clGetProgramInfo")
        return bytes
    }
}

extension OpenCLDriver {
    /// Compiles a program of OpenCL C 1.2.
    public func compile(_ source: String) throws(KalsaeError) -> any DriverProgram {
        try OpenCLProgram(source, self)
    }

    /// A program of machine code; nil where the device refuses it.
    public func load(_ binary: [UInt8], for source: String) -> (any DriverProgram)? {
        OpenCLProgram(binary, self)
    }
}
