import CKalsaeKernels
import KalsaeGraph

extension kls_gather {
    /// Rows along an axis of `values`, as many as there are indices.
    init(values: TensorType, indices: TensorType, axis: Int) {
        self.init()
        let shape = values.shape
        before = Int64(shape.prefix(axis).reduce(1, &*))
        entries = Int64(shape[axis])
        row = Int64(shape.dropFirst(axis + 1).reduce(1, &*))
        count = Int64(indices.shape.elementCount)
        element_size = Int32(values.dtype.byteSize)
        wide = indices.dtype == .int64
    }
}

extension Kernel {
    /// Entries of an axis by number; operands values, indices.
    ///
    /// An index out of range gives zeros and a noted error (`kls_take_error`).
    package static func gather(values: TensorType, indices: TensorType, axis: Int) -> Kernel {
        let shape = kls_gather(values: values, indices: indices, axis: axis)
        return Kernel(name: "gather", usesThreads: true) { buffers in
            withUnsafePointer(to: shape) { kls_gather_run($0, buffers[0], buffers[1], buffers[2]) }
        }
    }
}
