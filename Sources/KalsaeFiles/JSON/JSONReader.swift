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

/// Recursive descent over bytes already known to be UTF-8.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    let subject: String
    var position = 0

    mutating func document() throws(KalsaeError) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw fault("the end") }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private func fault(_ expected: String) -> KalsaeError {
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

    private mutating func string() throws(KalsaeError) -> String {
        position += 1
        var start = position
        var text = ""
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text += String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                text += String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                text.unicodeScalars.append(try escape())
                start = position
            case 0..<0x20:
                throw fault("an escape for a control character")
            default:
                position += 1
            }
        }
        throw fault("a closing quote")
    }

    private mutating func escape() throws(KalsaeError) -> Unicode.Scalar {
        let scalar: Unicode.Scalar
        switch next {
        case UInt8(ascii: "\""): scalar = "\""
        case UInt8(ascii: "\\"): scalar = "\\"
        case UInt8(ascii: "/"): scalar = "/"
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{c}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        case UInt8(ascii: "u"):
            position += 1
            return try unicodeEscape()
        default: throw fault("an escape (\" \\ / b f n r t u)")
        }
        position += 1
        return scalar
    }

    private mutating func unicodeEscape() throws(KalsaeError) -> Unicode.Scalar {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fault("the other half of a surrogate pair")
        }
        let second = try fourDigits()
        let joined = 0x10000 + (first - 0xd800) << 10 + (second & 0x3ff)
        guard (0xdc00...0xdfff).contains(second), let scalar = Unicode.Scalar(joined) else {
            throw fault("the other half of a surrogate pair")
        }
        return scalar
    }

    private mutating func fourDigits() throws(KalsaeError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func digits() throws(KalsaeError) {
        guard let byte = next, byte &- 0x30 < 10 else { throw fault("a digit") }
        while let byte = next, byte &- 0x30 < 10 { position += 1 }
    }

    private mutating func number() throws(KalsaeError) -> JSONValue {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        guard let first = next, first &- 0x30 < 10 else {
            throw fault(isNegative ? "a digit" : "a value")
        }
        if first == UInt8(ascii: "0") { position += 1 } else { try digits() }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if let byte = next, byte | 0x20 == 0x65 {
            isWhole = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<position])
        let isMinusZero = isNegative && first == UInt8(ascii: "0")
        if isWhole, !isMinusZero, let whole = Int(String(decoding: text, as: UTF8.self)) {
            return .integer(whole)
        }
        guard let value = NumberText.parse(text), value.isFinite else {
            position = start
            throw fault("a number in range")
        }
        return .number(value)
    }
}
