import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// Adds updates to entries of an axis by number, in their order; operands base, indices,
    /// updates. The result may be the base's own memory.
    ///
    /// An index out of range adds nothing and gives a noted error (`kls_take_error`).
    package static func scatterAdd(
        base: TensorType, indices: TensorType, axis: Int
    ) throws(KalsaeError) -> Kernel {
        let run:
            @convention(c) @Sendable (
                UnsafePointer<kls_gather>?, UnsafeRawPointer?, UnsafeRawPointer?,
                UnsafeRawPointer?, UnsafeMutableRawPointer?
            ) -> Void
        switch base.dtype {
        case .float32: run = kls_scatter_add_f32
        case .float64: run = kls_scatter_add_f64
        case .int32: run = kls_scatter_add_i32
        case .int64: run = kls_scatter_add_i64
        case .uint8: run = kls_scatter_add_u8
        case .float16, .bfloat16, .bool: throw noKernel("scatterAdd", base.dtype)
        }
        let shape = kls_gather(values: base, indices: indices, axis: axis)
        let flops = Double(shape.before) * Double(shape.count) * Double(shape.row)
        return Kernel(name: "scatterAdd", flops: flops, usesThreads: true) { buffers in
            withUnsafePointer(to: shape) {
                run($0, buffers[0], buffers[1], buffers[2], buffers[3])
            }
        }
    }
}
