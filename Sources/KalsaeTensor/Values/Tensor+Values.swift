import Glibc
import KalsaeBackend
import KalsaeGraph
import KalsaeSupport

extension Tensor {
    /// All elements in row-major order, converted to `Element` where the tensor has another type.
    ///
    /// Computes what is not computed yet.
    /// - Throws: the ``TensorFault`` that the tensor carries, or a `KalsaeError` of the data.
    public func values<Element: TensorElement>(
        _ type: Element.Type = Float.self
    ) throws -> [Element] {
        let buffer = try evaluatedBuffer()
        let count = self.count
        try Buffer.checkMemory(
            for: count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride).partialValue)
        return try buffer.withHostBytes { convert($0, count) }
    }

    private func convert<Element: TensorElement>(
        _ buffer: UnsafeRawBufferPointer, _ count: Int
    ) -> [Element] {
        switch dtype {
        case .float32: return convert(buffer, Float.self, count)
        case .float64: return convert(buffer, Double.self, count)
        case .int32: return convert(buffer, Int32.self, count)
        case .int64: return convert(buffer, Int64.self, count)
        case .uint8: return convert(buffer, UInt8.self, count)
        case .bool: return convert(buffer, UInt8.self, count)
        case .float16:
            return words(buffer, count).map { Element(nearest: Double(HalfPrecision.float16($0))) }
        case .bfloat16:
            return words(buffer, count).map { Element(nearest: Double(HalfPrecision.bfloat16($0))) }
        }
    }

    /// The only element, converted to `Element`.
    ///
    /// - Throws: a `KalsaeError` where the tensor has more than one element or none.
    public func item<Element: TensorElement>(_ type: Element.Type = Float.self) throws -> Element {
        if let fault { throw fault }
        guard count == 1 else {
            throw KalsaeError(
                "item()", expected: "a tensor of one element", got: "shape \(shape)",
                advice: "use values(), or reduce it first")
        }
        return try values(type)[0]
    }

    /// The type-erased bytes of the elements, computed if need be.
    package func evaluatedBuffer() throws -> Buffer {
        if let buffer = node.buffer { return buffer }
        try Tensor.evaluate([self])
        guard let buffer = node.buffer else {
            throw KalsaeError("evaluate", expected: "a value", got: "none")
        }
        return buffer
    }

    private func convert<Stored: TensorElement, Element: TensorElement>(
        _ bytes: UnsafeRawBufferPointer, _ stored: Stored.Type, _ count: Int
    ) -> [Element] {
        guard let start = bytes.baseAddress, count > 0 else { return [] }
        if Stored.self == Element.self {
            return [Element](unsafeUninitializedCapacity: count) { target, filled in
                if let base = target.baseAddress {
                    memcpy(base, start, count * MemoryLayout<Element>.stride)
                }
                filled = count
            }
        }
        let source = start.assumingMemoryBound(to: Stored.self)
        let values = UnsafeBufferPointer(start: source, count: count)
        if Stored.dtype.isFloat { return values.map { Element(nearest: $0.asDouble) } }
        return values.map { Element(nearest: $0.asInteger) }
    }

    private func words(
        _ bytes: UnsafeRawBufferPointer, _ count: Int
    ) -> UnsafeBufferPointer<UInt16> {
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt16.self)
        return UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    }
}

/// The two 16-bit formats as bit patterns.
enum HalfPrecision {
    static func float16(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1f
        let fraction = UInt32(bits & 0x3ff)
        if exponent == 0x1f { return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13) }
        if exponent == 0 {
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        }
        return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }

    static func bfloat16(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
