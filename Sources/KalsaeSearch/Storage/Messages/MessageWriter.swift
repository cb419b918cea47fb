import KalsaeSupport

/// Writes what a request or an answer says, as `MessageReader` reads it.
struct MessageWriter {
    var bytes: [UInt8] = []

    init() {}

    /// A request, without what it asks for; the sender adds the tag of the answer.
    init(_ call: MessageCall, storage: Int = 0) {
        put(call.rawValue)
        put(storage)
    }

    mutating func put(_ value: UInt8) { bytes.append(value) }

    mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Eight bytes, the lowest first.
    mutating func put(_ value: Int) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Double) { put(Int(bitPattern: UInt(value.bitPattern))) }

    mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// A value that may be missing.
    mutating func put<Value>(_ value: Value?, _ body: (inout MessageWriter, Value) -> Void) {
        put(value != nil)
        if let value { body(&self, value) }
    }

    mutating func put<Value>(each values: [Value], _ body: (inout MessageWriter, Value) -> Void) {
        put(values.count)
        for value in values { body(&self, value) }
    }

    mutating func put(_ error: KalsaeError) {
        for part in [error.subject, error.expected, error.got, error.advice] { put(part) }
    }
}
