import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension Kernel {
    /// Positions that would sort the last axis: stable, NaN last in either direction.
    package static func argSort(
        _ operand: TensorType, descending: Bool
    ) throws(KalsaeError) -> Kernel {
        let count = operand.shape.last ?? 0
        return try order("argSort", operand, taken: count, descending: descending)
    }

    /// Positions of the k largest of the last axis, largest first; of equal ones the first.
    package static func topK(_ operand: TensorType, _ k: Int) throws(KalsaeError) -> Kernel {
        try order("topK", operand, taken: k, descending: true)
    }

    private static func order(
        _ name: String, _ operand: TensorType, taken: Int, descending: Bool
    ) throws(KalsaeError) -> Kernel {
        let run:
            @convention(c) @Sendable (
                UnsafePointer<kls_order>?, UnsafeRawPointer?, UnsafeMutablePointer<Int32>?,
                UnsafeMutableRawPointer?
            ) -> Void
        switch operand.dtype {
        case .float32: run = kls_arg_sort_f32
        case .float64: run = kls_arg_sort_f64
        case .int32: run = kls_arg_sort_i32
        case .int64: run = kls_arg_sort_i64
        case .uint8: run = kls_arg_sort_u8
        case .float16, .bfloat16, .bool: throw noKernel(name, operand.dtype)
        }
        var shape = kls_order()
        shape.rows = Int64(operand.shape.dropLast().reduce(1, &*))
        shape.count = Int64(operand.shape.last ?? 0)
        shape.taken = Int64(taken)
        shape.descending = descending
        let scratchBytes = withUnsafePointer(to: shape) { kls_order_scratch($0) }
        guard scratchBytes > 0 else { return Kernel(name: name) { _ in } }
        return Kernel(name: name, scratchBytes: scratchBytes) { [shape] buffers in
            let positions = buffers[1].assumingMemoryBound(to: Int32.self)
            withUnsafePointer(to: shape) { run($0, buffers[0], positions, buffers[2]) }
        }
    }
}
