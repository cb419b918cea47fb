import KalsaeRuns
import KalsaeSupport

/// The records of an event file, by the description of TensorFlow's record files: a length of eight
/// bytes with its sum, then as many bytes with theirs; sums are CRC-32C, rotated and shifted.
struct EventRecords {
    let all: [[UInt8]]

    init(_ bytes: [UInt8]) throws(KalsaeError) {
        var records: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let head = rest.prefix(12)
            guard head.count == 12, Self.sum(head.prefix(8)) == Self.number(head.suffix(4)) else {
                throw KalsaeError(
                    "events", expected: "a length with its sum", got: "other bytes",
                    advice: "record \(records.count)")
            }
            let length = Self.number(head.prefix(8))
            rest = rest.dropFirst(12)
            guard length <= UInt64(max(0, rest.count - 4)) else {
                throw KalsaeError(
                    "events", expected: "\(length) bytes and their sum", got: "\(rest.count)")
            }
            let record = Array(rest.prefix(Int(length)))
            rest = rest.dropFirst(Int(length))
            guard Self.sum(record) == Self.number(rest.prefix(4)) else {
                throw KalsaeError("events", expected: "bytes of their sum", got: "others")
            }
            rest = rest.dropFirst(4)
            records.append(record)
        }
        all = records
    }

    private static func sum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let check = CRC32C.of(bytes)
        return UInt64((check >> 15 | check << 17) &+ 0xa282_ead8)
    }

    /// Little-endian.
    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
