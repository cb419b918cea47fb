import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// 0, 1, 2, … along one axis; no operands.
    package static func iota(_ parameters: IotaParameters) throws(KalsaeError) -> Kernel {
        let run: @convention(c) @Sendable (Int64, Int64, Int64, UnsafeMutableRawPointer?) -> Void
        switch parameters.type.dtype {
        case .float32: run = kls_iota_f32
        case .float64: run = kls_iota_f64
        case .int32: run = kls_iota_i32
        case .int64: run = kls_iota_i64
        case .uint8: run = kls_iota_u8
        case .float16, .bfloat16, .bool: throw noKernel("iota", parameters.type.dtype)
        }
        let (shape, axis) = (parameters.type.shape, parameters.axis)
        let before = Int64(shape.prefix(axis).reduce(1, &*))
        let after = Int64(shape.dropFirst(axis + 1).reduce(1, &*))
        let count = Int64(shape[axis])
        return Kernel(name: "iota") { run(before, count, after, $0[0]) }
    }
}
