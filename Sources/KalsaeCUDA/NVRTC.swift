import CKalsaeDrivers
import Glibc
import KalsaeSupport

/// NVRTC, the runtime compiler of CUDA, opened when it is first asked for.
package struct NVRTC: Sendable {
    private let create: knv_create
    private let compile: knv_compile
    private let logSize: knv_get_size
    private let log: knv_get_text
    private let cubinSize: knv_get_size
    private let cubin: knv_get_text
    private let ptxSize: knv_get_size
    private let ptx: knv_get_text
    private let destroy: knv_destroy
    private let errorText: knv_error
    /// The version of CUDA that it belongs to, as `12.9`.
    package let version: String
    private let major: Int
    /// The architectures that it makes machine code for, as 90.
    private let architectures: [Int]

    /// The names that the library is looked for by, latest first, and the folders beside those of the
    /// system.
    private static let names = [
        "libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so",
    ]
    private static let folders = [
        "", "/usr/local/cuda/lib64/", "/usr/local/nvidia/lib64/", "/usr/lib/x86_64-linux-gnu/",
    ]

    /// The latest library of this machine, or why there is none.
    package static let loaded: Result<NVRTC, KalsaeError> = Result { () throws(KalsaeError) in
        try fitting(driver: .max)
    }

    /// The latest library whose code a driver takes: that of no later major version than its own.
    ///
    /// - Parameter driver: the version of CUDA that the driver knows, as 12040.
    package static func fitting(driver: Int) throws(KalsaeError) -> NVRTC {
        var newer: [String] = []
        for path in names.flatMap({ name in folders.map { $0 + name } }) {
            guard let opened = dlopen(path, RTLD_NOW | RTLD_LOCAL) else { continue }
            let compiler = try NVRTC(opened)
            if compiler.major <= driver / 1000 { return compiler }
            if !newer.contains(compiler.version) { newer.append(compiler.version) }
        }
        guard newer.isEmpty else {
            throw KalsaeError(
                "CUDA",
                expected: "a compiler that the driver for CUDA \(CUDALibrary.text(driver)) takes",
                got: "NVRTC \(newer.joined(separator: " and "))",
                advice: "update NVIDIA's driver, or install NVRTC \(driver / 1000)")
        }
        throw KalsaeError(
            "CUDA", expected: "its compiler, \(names.joined(separator: ", "))", got: "none",
            advice: "install the CUDA toolkit, or its package nvrtc")
    }

    private init(_ opened: UnsafeMutableRawPointer) throws(KalsaeError) {
        func symbol<Function>(_ name: String) throws(KalsaeError) -> Function {
            guard let found = dlsym(opened, name) else {
                throw KalsaeError("CUDA", expected: "a compiler with \(name)", got: "none")
            }
            return unsafeBitCast(found, to: Function.self)
        }
        create = try symbol("nvrtcCreateProgram")
        compile = try symbol("nvrtcCompileProgram")
        logSize = try symbol("nvrtcGetProgramLogSize")
        log = try symbol("nvrtcGetProgramLog")
        cubinSize = try symbol("nvrtcGetCUBINSize")
        cubin = try symbol("nvrtcGetCUBIN")
        ptxSize = try symbol("nvrtcGetPTXSize")
        ptx = try symbol("nvrtcGetPTX")
        destroy = try symbol("nvrtcDestroyProgram")
        errorText = try symbol("nvrtcGetErrorString")
        let ask: knv_version = try symbol("nvrtcVersion")
        var (major, minor): (Int32, Int32) = (0, 0)
        _ = ask(&major, &minor)
        version = "\(major).\(minor)"
        self.major = Int(major)
        let askCount: knv_get_numbers = try symbol("nvrtcGetNumSupportedArchs")
        let askArchitectures: knv_get_numbers = try symbol("nvrtcGetSupportedArchs")
        var count: Int32 = 0
        _ = askCount(&count)
        var numbers = [Int32](repeating: 0, count: Int(count))
        _ = askArchitectures(&numbers)
        architectures = numbers.map { Int($0) }
    }

    /// What is compiled for a card: its own machine code, `sm_90`, or PTX of the latest architecture
    /// before it, `compute_90`, which the driver translates, where the library knows no code for it.
    package func architecture(for capability: Int) throws(KalsaeError) -> String {
        if architectures.contains(capability) { return "sm_\(capability)" }
        guard let before = architectures.filter({ $0 < capability }).max() else {
            throw KalsaeError(
                "CUDA",
                expected: "a card of sm_\(architectures.min() ?? 0) or later for NVRTC \(version)",
                got: "sm_\(capability)", advice: "install an older CUDA toolkit")
        }
        return "compute_\(before)"
    }

    /// The machine code of a program for an architecture, as `sm_90`; for one as `compute_90` the text of
    /// PTX, which ends with a 0.
    package func machineCode(
        of source: String, architecture: String
    ) throws(KalsaeError) -> [UInt8] {
        var made: kcu_handle?
        try check(create(&made, source, "kalsae.cu", 0, nil, nil), "nvrtcCreateProgram")
        defer { _ = destroy(&made) }
        guard let program = made else {
            throw KalsaeError("nvrtcCreateProgram", expected: "a program", got: "none")
        }
        let options = CUDADialect.options(architecture: architecture).map { strdup($0) }
        defer { for option in options { free(option) } }
        let list = options.compactMap { $0.map { UnsafePointer($0) } }
        guard compile(program, Int32(list.count), list) == 0 else {
            throw KalsaeError(
                architecture, expected: "a compiler that takes the generated kernels",
                got: errors(of: program), advice: "report this with the output of kalsae doctor")
        }
        let isText = architecture.hasPrefix("compute_")
        var count = 0
        try check((isText ? ptxSize : cubinSize)(program, &count), "nvrtcGetCUBINSize")
        var bytes = [CChar](repeating: 0, count: count)
        try check((isText ? ptx : cubin)(program, &bytes), "nvrtcGetCUBIN")
        return bytes.map { UInt8(bitPattern: $0) }
    }

    private func errors(of program: kcu_handle) -> String {
        var count = 0
        guard logSize(program, &count) == 0, count > 1 else { return "an error without a text" }
        var bytes = [CChar](repeating: 0, count: count)
        _ = log(program, &bytes)
        let lines = String(
            decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
        )
        .split(whereSeparator: \.isNewline)
        let errors = lines.filter { $0.contains("error") }
        return (errors.isEmpty ? lines : errors).prefix(3).joined(separator: "; ")
    }

    private func check(_ code: Int32, _ function: String) throws(KalsaeError) {
        guard code != 0 else { return }
        let text = errorText(code).map { String(cString: $0) } ?? "error \(code)"
        throw KalsaeError(function, expected: "success", got: text)
    }
}
