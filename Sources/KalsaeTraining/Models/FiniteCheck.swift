import KalsaeBackend
import KalsaeTensor

extension TensorTree {
    /// The path of the first tensor with a NaN or an infinite number; nil where all are finite.
    func firstNotFinite() throws -> String? {
        try evaluate()
        for (path, tensor) in tensors where tensor.dtype.isFloat {
            if try !tensor.isFiniteThroughout() { return path.name }
        }
        return nil
    }
}

extension Tensor {
    fileprivate func isFiniteThroughout() throws -> Bool {
        guard dtype == .float32 else { return try values(Double.self).allSatisfy(\.isFinite) }
        return try evaluatedBuffer().withHostBytes { bytes in
            bytes.prefix(byteCount).withMemoryRebound(to: UInt32.self) { words in
                // All bits of the exponent mean infinity or NaN.
                words.reduce(true) { $0 && $1 & 0x7f80_0000 != 0x7f80_0000 }
            }
        }
    }
}
