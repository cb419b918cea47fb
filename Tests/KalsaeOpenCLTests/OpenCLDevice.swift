import KalsaeGPU
import KalsaeOpenCL
import KalsaeSupport

/// The device that the tests run on: the first that OpenCL shows.
enum OpenCLDevice {
    /// Its backend, or why there is none.
    static let backend: Result<GPUBackend, KalsaeError> = Result { () throws(KalsaeError) in
        GPUBackend(try OpenCLDevices.open())
    }

    /// The same, which compiles without optimizing, for kernels that run once.
    static let plainBackend: Result<GPUBackend, KalsaeError> = Result { () throws(KalsaeError) in
        GPUBackend(try OpenCLDevices.open(optimizing: false))
    }

    static var isThere: Bool { (try? backend.get()) != nil }

    /// Why tests are skipped.
    static var reason: String {
        do {
            return "runs on \(try backend.get().driver.info.name)"
        } catch { return "\(error)" }
    }
}
