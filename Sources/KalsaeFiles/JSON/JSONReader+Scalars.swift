import KalsaeSupport

/// Strings and numbers.
extension JSONReader {
    /// Text in quotes.
    mutating func string() throws(KalsaeError) -> String {
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

    /// A whole number where it is written as one and fits, else a `Double`.
    mutating func number() throws(KalsaeError) -> JSONValue {
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
