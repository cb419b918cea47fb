import KalsaeSupport

extension NPY {
    /// The elements as single-precision numbers, rounded where they have more digits; a bool is 0 or 1.
    public var floats: [Float] {
        switch type {
        case .bool, .uint8: bytes.map { Float($0) }
        case .int8: elements(Int8.self).map { Float($0) }
        case .int16: elements(Int16.self).map { Float($0) }
        case .int32: elements(Int32.self).map { Float($0) }
        case .int64: elements(Int64.self).map { Float($0) }
        case .uint16: elements(UInt16.self).map { Float($0) }
        case .uint32: elements(UInt32.self).map { Float($0) }
        case .uint64: elements(UInt64.self).map { Float($0) }
        case .float16: elements(UInt16.self).map { Float(Float16(bitPattern: $0)) }
        case .float32: elements(UInt32.self).map { Float(bitPattern: $0) }
        case .float64: elements(UInt64.self).map { Float(Double(bitPattern: $0)) }
        }
    }

    /// The elements as double-precision numbers.
    public var doubles: [Double] {
        switch type {
        case .float64: elements(UInt64.self).map { Double(bitPattern: $0) }
        case .int32: elements(Int32.self).map { Double($0) }
        case .int64: elements(Int64.self).map { Double($0) }
        case .uint32: elements(UInt32.self).map { Double($0) }
        case .uint64: elements(UInt64.self).map { Double($0) }
        default: floats.map { Double($0) }
        }
    }

    /// The elements as whole numbers; nil for floats, and where one exceeds an `Int`.
    public var integers: [Int]? {
        switch type {
        case .bool, .uint8: bytes.map { Int($0) }
        case .int8: elements(Int8.self).map { Int($0) }
        case .int16: elements(Int16.self).map { Int($0) }
        case .int32: elements(Int32.self).map { Int($0) }
        case .int64: elements(Int64.self).map { Int($0) }
        case .uint16: elements(UInt16.self).map { Int($0) }
        case .uint32: elements(UInt32.self).map { Int($0) }
        case .uint64:
            elements(UInt64.self).contains { $0 > UInt64(Int.max) }
                ? nil : elements(UInt64.self).map { Int($0) }
        case .float16, .float32, .float64: nil
        }
    }

    /// An array of single-precision numbers to write; `values` has as many as the sizes ask for.
    public init(_ values: [Float], shape: [Int]) throws(KalsaeError) {
        let bytes = NPY.littleEndian(values.map(\.bitPattern))
        try self.init(type: .float32, shape: shape, bytes: bytes)
    }

    /// An array of 64-bit integers to write; `values` has as many as the sizes ask for.
    public init(_ values: [Int], shape: [Int]) throws(KalsaeError) {
        let bytes = NPY.littleEndian(values.map { Int64($0) })
        try self.init(type: .int64, shape: shape, bytes: bytes)
    }

    /// The bytes of a file with this array, those that NumPy's `save` writes.
    public func encode() -> [UInt8] { NPYHeader.bytes(type, shape) + bytes }

    /// Writes this array to `path`, whole or not at all.
    public func write(to path: String) throws(KalsaeError) {
        try AtomicFile.write(to: path) { writer throws(KalsaeError) in
            try writer.write(NPYHeader.bytes(type, shape))
            try writer.write(bytes)
        }
    }

    private func elements<Element: FixedWidthInteger>(_ type: Element.Type) -> [Element] {
        bytes.withUnsafeBytes { buffer in
            (0..<count).map {
                Element(
                    littleEndian: buffer.loadUnaligned(
                        fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self))
            }
        }
    }

    private static func littleEndian<Element: FixedWidthInteger>(_ values: [Element]) -> [UInt8] {
        values.map(\.littleEndian).withUnsafeBytes { Array($0) }
    }
}
