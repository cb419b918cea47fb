import KalsaeSupport

/// Reads what `MessageWriter` wrote; throws where bytes are missing or mean nothing.
struct MessageReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws(KalsaeError) -> UInt8 {
        guard position < bytes.count else { throw Self.wrong("a byte", "the end") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func flag() throws(KalsaeError) -> Bool { try byte() != 0 }

    mutating func integer() throws(KalsaeError) -> Int {
        guard bytes.count - position >= 8 else { throw Self.wrong("a number", "the end") }
        defer { position += 8 }
        let value = bytes.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: position, as: Int.self)
        }
        return Int(littleEndian: value)
    }

    mutating func real() throws(KalsaeError) -> Double {
        Double(bitPattern: UInt64(UInt(bitPattern: try integer())))
    }

    mutating func text() throws(KalsaeError) -> String {
        let count = try count()
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    /// A number of things that have at least a byte each.
    mutating func count() throws(KalsaeError) -> Int {
        let count = try integer()
        guard (0...(bytes.count - position)).contains(count) else {
            throw Self.wrong("at most \(bytes.count - position) bytes", "\(count)")
        }
        return count
    }

    mutating func optional<Value>(
        _ body: (inout MessageReader) throws(KalsaeError) -> Value
    ) throws(KalsaeError) -> Value? {
        try flag() ? try body(&self) : nil
    }

    mutating func array<Value>(
        _ body: (inout MessageReader) throws(KalsaeError) -> Value
    ) throws(KalsaeError) -> [Value] {
        let count = try count()
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }

    mutating func error() throws(KalsaeError) -> KalsaeError {
        KalsaeError(try text(), expected: try text(), got: try text(), advice: try text())
    }

    static func wrong(_ expected: String, _ got: String) -> KalsaeError {
        KalsaeError(
            "message of a study", expected: expected, got: got,
            advice: "start the same version of kalsae on all hosts")
    }
}
