import KalsaeSupport

extension JSONValue {
    /// How deep lists and objects may nest.
    public static let greatestDepth = 128

    /// Reads one document (RFC 8259), strictly: UTF-8, nothing before or after but white space, no
    /// key twice in an object, no lone surrogates, no number beyond a `Double`, no deeper nesting
    /// than `greatestDepth`. `subject` names it in errors, which give the offset of the fault.
    public init(parsing text: [UInt8], subject: String = "JSON") throws(KalsaeError) {
        self = try text.withUnsafeBufferPointer { bytes throws(KalsaeError) in
            if let offset = UTF8Check.firstInvalid(in: bytes) {
                throw KalsaeError(
                    subject, expected: "UTF-8 text",
                    got: "the byte \(hexadecimal(bytes[offset])) at byte \(offset)")
            }
            var reader = JSONReader(bytes: bytes, subject: subject)
            return try reader.document()
        }
    }

    /// Reads one document from text; see `init(parsing:subject:)` for bytes.
    public init(parsing text: String, subject: String = "JSON") throws(KalsaeError) {
        try self.init(parsing: Array(text.utf8), subject: subject)
    }
}

/// Recursive descent over bytes already known to be UTF-8: documents, lists and objects.
struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let subject: String
    var position = 0

    mutating func document() throws(KalsaeError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw fault("the end") }
        return value
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    func fault(_ expected: String) -> KalsaeError {
        var got = "the end"
        if let byte = next {
            let isPlain = (0x21...0x7e).contains(byte)
            got = isPlain ? "'\(Unicode.Scalar(byte))'" : "the byte \(hexadecimal(byte))"
        }
        return KalsaeError(subject, expected: "\(expected) at byte \(position)", got: got)
    }

    private mutating func value(depth: Int) throws(KalsaeError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(
        _ word: StaticString, _ value: JSONValue
    ) throws(KalsaeError) -> JSONValue {
        for k in 0..<word.utf8CodeUnitCount {
            guard take(word.utf8Start[k]) else { throw fault("'\(word)'") }
        }
        return value
    }

    private func checkDepth(_ depth: Int) throws(KalsaeError) {
        guard depth <= JSONValue.greatestDepth else {
            throw KalsaeError(
                subject, expected: "at most \(JSONValue.greatestDepth) levels of nesting",
                got: "more at byte \(position)")
        }
    }

    private mutating func array(depth: Int) throws(KalsaeError) -> JSONValue {
        try checkDepth(depth)
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault("',' or ']'") }
        }
    }

    private mutating func object(depth: Int) throws(KalsaeError) -> JSONValue {
        try checkDepth(depth)
        position += 1
        var members: [JSONValue.Member] = []
        // By Swift's string equality, as dictionaries made from this will compare them.
        var seen: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("a key in quotes") }
            let start = position
            let key = try string()
            guard seen.insert(key).inserted else {
                throw KalsaeError(
                    subject, expected: "each key once",
                    got: "\(JSONValue.string(key)) again at byte \(start)")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("':'") }
            members.append(JSONValue.Member(key, try value(depth: depth)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault("',' or '}'") }
        }
    }
}
