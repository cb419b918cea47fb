import Glibc
import KalsaeCUDA
import KalsaeGPU
import KalsaeSupport
import Testing

/// Suites that use a card, one test at a time: counts and failures of the emulated one are of the process.
@Suite(
    .enabled(
        if: (try? EmulatedCard.backend.get()) != nil,
        "there is no card; Scripts/test-devices has an emulated one"), .serialized)
struct CUDACardTests {}

/// The first card, and how to ask that of `Scripts/build-emulated-cuda`, where
/// `LD_LIBRARY_PATH` names its folder.
enum EmulatedCard {
    private typealias Calls = @convention(c) (UnsafePointer<CChar>) -> Int
    private typealias Configure = @convention(c) (UnsafePointer<CChar>) -> Void

    private static func symbol<Function>(_ name: String, _: Function.Type) -> Function? {
        guard let library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL),
            let found = dlsym(library, name)
        else { return nil }
        return unsafeBitCast(found, to: Function.self)
    }

    private static let callsOf = symbol("emulated_cuda_calls", Calls.self)
    private static let configureWith = symbol("emulated_cuda_configure", Configure.self)

    static var isThere: Bool { callsOf != nil }
    static let reason = "only an emulated card counts its calls, and fails when it is told to"

    /// One backend for the tests, so that they share compiled programs.
    static let backend: Result<GPUBackend, KalsaeError> = Result { () throws(KalsaeError) in
        GPUBackend(try CUDADriver())
    }

    /// How often functions of the driver were called since the last settings.
    static func calls(_ names: String...) -> [Int] { names.map { callsOf?($0) ?? -1 } }

    /// Sets what the card does, as in `fail=cuMemAlloc_v2:1:2`, and begins to count anew; nothing that
    /// failed before is remembered.
    static func configure(_ settings: String = "") { configureWith?(settings) }

    /// Runs with settings, and without them afterwards.
    static func with<Value>(_ settings: String, _ body: () throws -> Value) rethrows -> Value {
        configure(settings)
        defer { configure() }
        return try body()
    }
}
