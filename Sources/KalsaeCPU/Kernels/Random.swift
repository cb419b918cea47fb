import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// Counter-based random numbers; operand the key, `int64[3]` = seed, stream, step.
    package static func random(_ parameters: RandomParameters) throws(KalsaeError) -> Kernel {
        let name = "random.\(parameters.distribution.rawValue)"
        let run:
            @convention(c) @Sendable (
                UnsafePointer<Int64>?, UnsafeMutableRawPointer?, Int64
            ) -> Void
        switch (parameters.distribution, parameters.type.dtype) {
        case (.bits, .int32): run = kls_random_bits
        case (.uniform, .float32): run = kls_random_uniform_f32
        case (.uniform, .float64): run = kls_random_uniform_f64
        case (.normal, .float32): run = kls_random_normal_f32
        case (.normal, .float64): run = kls_random_normal_f64
        default: throw noKernel(name, parameters.type.dtype)
        }
        let count = Int64(parameters.type.shape.elementCount)
        return Kernel(name: name, usesThreads: true) { buffers in
            run(buffers[0].assumingMemoryBound(to: Int64.self), buffers[1], count)
        }
    }
}
