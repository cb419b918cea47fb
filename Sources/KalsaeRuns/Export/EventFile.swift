/// The bytes of a TensorBoard event file: records of protocol buffers, framed with checksums.
///
/// Each record is its length, a checksum of that, the data, a checksum of those; all numbers are
/// little-endian.
struct EventFile {
    /// The bytes that were not taken yet.
    private(set) var bytes: [UInt8] = []

    /// A file that says its version.
    init(time: Double) {
        append(Message.double(1, time) + Message.text(3, "brain.Event:2"))
    }

    /// Appends the value of a metric at a step; the time is in seconds since 1970.
    mutating func append(_ tag: String, step: Int, time: Double, value: Double) {
        // The format holds single precision.
        let scalar = Message.text(1, tag) + Message.float(2, Float(value))
        append(
            Message.double(1, time) + Message.integer(2, step)
                + Message.bytes(5, Message.bytes(1, scalar)))
    }

    /// Hands the bytes over and keeps none.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    private mutating func append(_ record: [UInt8]) {
        let length = Message.littleEndian(UInt64(record.count))
        bytes += length
        bytes += Message.littleEndian(CRC32C.masked(length))
        bytes += record
        bytes += Message.littleEndian(CRC32C.masked(record))
    }
}

/// Fields of protocol buffers: a key of number and kind, then the value.
private enum Message {
    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func double(_ field: Int, _ value: Double) -> [UInt8] {
        variable(UInt64(field << 3 | 1)) + littleEndian(value.bitPattern)
    }

    static func float(_ field: Int, _ value: Float) -> [UInt8] {
        variable(UInt64(field << 3 | 5)) + littleEndian(value.bitPattern)
    }

    static func integer(_ field: Int, _ value: Int) -> [UInt8] {
        variable(UInt64(field << 3)) + variable(UInt64(bitPattern: Int64(value)))
    }

    static func text(_ field: Int, _ value: String) -> [UInt8] { bytes(field, Array(value.utf8)) }

    static func bytes(_ field: Int, _ value: [UInt8]) -> [UInt8] {
        variable(UInt64(field << 3 | 2)) + variable(UInt64(value.count)) + value
    }

    /// Seven bits a byte, the lowest first.
    private static func variable(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest > 0x7f {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
