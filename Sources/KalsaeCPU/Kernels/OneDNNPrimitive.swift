import CKalsaeKernels
import CKalsaeOneDNN
import KalsaeSupport
import Synchronization

/// A product or convolution that oneDNN has prepared for fixed shapes.
package final class OneDNNPrimitive: Sendable {
    private nonisolated(unsafe) let handle: OpaquePointer

    /// Prepares a primitive by one of the shim's functions; throws the library's reason.
    package init(
        _ subject: String, make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(KalsaeError) {
        var made: OpaquePointer?
        let code = make(&made)
        guard code == 0, let made else {
            throw KalsaeError(
                subject, expected: "shapes that oneDNN has a kernel for",
                got: "status \(code), \(String(cString: kdnn_last_error()))")
        }
        handle = made
    }

    /// Prepares a primitive, or says once per subject and reason that own loops take its place.
    package static func orOwnLoops(
        _ subject: String, make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) -> OneDNNPrimitive? {
        do throws(KalsaeError) {
            return try OneDNNPrimitive(subject, make: make)
        } catch {
            let reason = "\(subject): oneDNN gave no kernel, own loops run instead (\(error.got))"
            if said.withLock({ $0.insert(reason).inserted }) { Notice.say(reason) }
            return nil
        }
    }

    private static let said = Mutex<Set<String>>([])

    deinit { kdnn_destroy(handle) }

    /// Bytes of scratch memory that a run needs.
    package var scratchBytes: Int { kdnn_scratch_bytes(handle) }

    /// Runs over buffers in the order of the shim's function; a failure is noted for the plan.
    package func run(
        _ buffers: UnsafePointer<UnsafeMutableRawPointer>, scratch: UnsafeMutableRawPointer?
    ) {
        let pointers = UnsafeRawPointer(buffers)
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        kls_before_library()
        let code = kdnn_run(handle, pointers, scratch)
        if code != 0 { kls_report_error(KLS_LIBRARY_FAILED, Int64(code), 0) }
    }
}

extension Kernel {
    /// A kernel that runs a primitive over two operands and a result.
    static func oneDNN(_ name: String, _ primitive: OneDNNPrimitive, flops: Double) -> Kernel {
        let scratchBytes = primitive.scratchBytes
        return Kernel(
            name: Engine.oneDNN.kernelName(name), engine: .oneDNN, scratchBytes: scratchBytes,
            flops: flops,
            usesThreads: true, callsLibrary: true
        ) { primitive.run($0, scratch: scratchBytes > 0 ? $0[3] : nil) }
    }
}
