import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// Running sums along an axis, each in the order of its elements.
    package static func cumulativeSum(
        _ operand: TensorType, _ parameters: CumulativeSumParameters
    ) throws(KalsaeError) -> Kernel {
        let run:
            @convention(c) @Sendable (
                UnsafePointer<kls_scan>?, UnsafeRawPointer?, UnsafeMutableRawPointer?
            ) -> Void
        switch operand.dtype {
        case .float32: run = kls_cumulative_sum_f32
        case .float64: run = kls_cumulative_sum_f64
        case .int32: run = kls_cumulative_sum_i32
        case .int64: run = kls_cumulative_sum_i64
        case .uint8: run = kls_cumulative_sum_u8
        case .float16, .bfloat16, .bool: throw noKernel("cumulativeSum", operand.dtype)
        }
        let (shape, axis) = (operand.shape, parameters.axis)
        var scan = kls_scan()
        scan.before = Int64(shape.prefix(axis).reduce(1, &*))
        scan.count = Int64(shape[axis])
        scan.after = Int64(shape.dropFirst(axis + 1).reduce(1, &*))
        scan.exclusive = parameters.exclusive
        scan.reverse = parameters.reverse
        let flops = Double(shape.elementCount)
        return Kernel(name: "cumulativeSum", flops: flops, usesThreads: true) { [scan] buffers in
            withUnsafePointer(to: scan) { run($0, buffers[0], buffers[1]) }
        }
    }
}
