import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// Running results along an axis, each in the order of its elements.
    package static func scan(
        _ operation: Scan, _ operand: TensorType, _ parameters: ScanParameters
    ) throws(KalsaeError) -> Kernel {
        let run = try operation.function(operand.dtype)
        let (shape, axis) = (operand.shape, parameters.axis)
        var scan = kls_scan()
        scan.before = Int64(shape.prefix(axis).reduce(1, &*))
        scan.count = Int64(shape[axis])
        scan.after = Int64(shape.dropFirst(axis + 1).reduce(1, &*))
        scan.exclusive = parameters.exclusive
        scan.reverse = parameters.reverse
        let flops = Double(shape.elementCount)
        return Kernel(
            name: operation.rawValue, flops: flops, usesThreads: true
        ) { [scan] buffers in
            withUnsafePointer(to: scan) { run($0, buffers[0], buffers[1]) }
        }
    }
}

extension Scan {
    fileprivate typealias Function =
        @convention(c) @Sendable (
            UnsafePointer<kls_scan>?, UnsafeRawPointer?, UnsafeMutableRawPointer?
        ) -> Void

    fileprivate func function(_ dtype: DType) throws(KalsaeError) -> Function {
        switch (self, dtype) {
        case (.sum, .float32): kls_cumulative_sum_f32
        case (.sum, .float64): kls_cumulative_sum_f64
        case (.sum, .int32): kls_cumulative_sum_i32
        case (.sum, .int64): kls_cumulative_sum_i64
        case (.sum, .uint8): kls_cumulative_sum_u8
        case (.maximum, .float32): kls_cumulative_max_f32
        case (.maximum, .float64): kls_cumulative_max_f64
        case (.maximum, .int32): kls_cumulative_max_i32
        case (.maximum, .int64): kls_cumulative_max_i64
        case (.maximum, .uint8): kls_cumulative_max_u8
        case (_, .float16), (_, .bfloat16), (_, .bool): throw Kernel.noKernel(rawValue, dtype)
        }
    }
}
