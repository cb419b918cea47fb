import KalsaeSupport

extension Safetensors {
    /// A tensor to write whose bytes are read when it is its turn, so that there is no second copy of all.
    package struct TensorSource {
        /// Calls its argument with the bytes, once.
        package typealias Reading = (
            (UnsafeRawBufferPointer) throws(KalsaeError) -> Void
        ) throws(KalsaeError) -> Void

        let name: String
        let type: ElementType
        let shape: [Int]
        let byteCount: Int
        let read: Reading

        /// A tensor by what the header says of it; `read` gives `byteCount` bytes.
        package init(
            name: String, type: ElementType, shape: [Int], byteCount: Int, read: @escaping Reading
        ) {
            (self.name, self.type, self.shape) = (name, type, shape)
            (self.byteCount, self.read) = (byteCount, read)
        }

        init(_ tensor: Tensor) {
            self.init(
                name: tensor.name, type: tensor.type, shape: tensor.shape,
                byteCount: tensor.bytes.count
            ) { body throws(KalsaeError) in
                try tensor.bytes.withUnsafeBufferPointer { bytes throws(KalsaeError) in
                    try body(UnsafeRawBufferPointer(bytes))
                }
            }
        }
    }
}
