import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension Value {
    /// Reads the elements of a buffer.
    package init(_ type: TensorType, reading buffer: Buffer) throws(KalsaeError) {
        self = try buffer.withHostBytes { bytes in Value(type, bytes: bytes) }
    }

    private init(_ type: TensorType, bytes: UnsafeRawBufferPointer) {
        let count = type.shape.elementCount
        func elements<Element>(_: Element.Type) -> UnsafeBufferPointer<Element> {
            let start = bytes.baseAddress?.assumingMemoryBound(to: Element.self)
            return UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
        }
        switch type.dtype {
        case .float32: self.init(type, .floats(elements(Float.self).map { Double($0) }))
        case .float64: self.init(type, .floats(Array(elements(Double.self))))
        case .float16: self.init(type, .floats(elements(Float16.self).map { Double($0) }))
        case .bfloat16:
            let numbers = elements(UInt16.self).map { bits in
                Double(Float(bitPattern: UInt32(bits) << 16))
            }
            self.init(type, .floats(numbers))
        case .int32: self.init(type, .integers(elements(Int32.self).map { Int64($0) }))
        case .int64: self.init(type, .integers(Array(elements(Int64.self))))
        case .uint8: self.init(type, .integers(elements(UInt8.self).map { Int64($0) }))
        case .bool: self.init(type, .integers(elements(UInt8.self).map { $0 != 0 ? 1 : 0 }))
        }
    }

    /// A new buffer with the elements.
    package func buffer() throws(KalsaeError) -> Buffer {
        let buffer = try Buffer(byteCount: type.byteCount)
        try write(to: buffer)
        return buffer
    }

    /// Writes the elements into a buffer, each rounded to its type.
    package func write(to buffer: Buffer) throws(KalsaeError) {
        try buffer.withMutableHostBytes { bytes in write(to: bytes) }
    }

    private func write(to bytes: UnsafeMutableRawBufferPointer) {
        func store<Element>(_ elements: [Element]) {
            guard let start = bytes.baseAddress?.assumingMemoryBound(to: Element.self) else {
                return
            }
            for (position, element) in elements.enumerated() { start[position] = element }
        }
        let type = dtype
        switch type {
        case .float32: store(numbers.doubles.map { Float($0) })
        case .float64: store(numbers.doubles)
        case .float16: store(numbers.doubles.map { Float16($0) })
        case .bfloat16:
            store(
                numbers.doubles.map { number -> UInt16 in
                    let nearest = Float(rounded(number, type))
                    return UInt16(truncatingIfNeeded: nearest.bitPattern >> 16)
                })
        case .int32: store(numbers.integers.map { Int32(truncatingIfNeeded: $0) })
        case .int64: store(numbers.integers)
        case .uint8, .bool: store(numbers.integers.map { UInt8(truncatingIfNeeded: $0) })
        }
    }
}
