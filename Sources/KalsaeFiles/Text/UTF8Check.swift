/// Strict UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing past U+10FFFF.
enum UTF8Check {
    /// The offset of the first byte that is not UTF-8, or nil.
    static func firstInvalid(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var position = 0
        let count = bytes.count
        let raw = UnsafeRawBufferPointer(bytes)
        while position < count {
            // Eight bytes of ASCII at a time.
            while position + 8 <= count,
                raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    & 0x8080_8080_8080_8080 == 0
            {
                position += 8
            }
            guard position < count else { return nil }
            if bytes[position] < 0x80 {
                position += 1
                continue
            }
            let length = length(at: position, in: bytes)
            guard length > 0 else { return position }
            position += length
        }
        return nil
    }

    /// How many bytes the character above 127 at `position` has; 0 when it is none.
    private static func length(at position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let (length, low, high): (Int, UInt8, UInt8) =
            switch bytes[position] {
            case 0xc2...0xdf: (2, 0x80, 0xbf)
            case 0xe0: (3, 0xa0, 0xbf)
            case 0xed: (3, 0x80, 0x9f)
            case 0xe1...0xef: (3, 0x80, 0xbf)
            case 0xf0: (4, 0x90, 0xbf)
            case 0xf1...0xf3: (4, 0x80, 0xbf)
            case 0xf4: (4, 0x80, 0x8f)
            default: (0, 0, 0)
            }
        guard length > 0, position + length <= bytes.count else { return 0 }
        guard (low...high).contains(bytes[position + 1]) else { return 0 }
        for k in 2..<max(2, length) where bytes[position + k] & 0xc0 != 0x80 { return 0 }
        return length
    }

    /// Whether the bytes from `offset` on are the beginning of a character that the end cuts.
    static func isCut(_ bytes: [UInt8], at offset: Int) -> Bool {
        let rest = bytes.count - offset
        let length =
            switch bytes[offset] {
            case 0xc2...0xdf: 2
            case 0xe0...0xef: 3
            case 0xf0...0xf4: 4
            default: 0
            }
        return rest < length && bytes[(offset + 1)...].allSatisfy { $0 & 0xc0 == 0x80 }
    }

    /// Characters above 127 that are UTF-8, and bytes above 127 that are not, in a sample.
    static func counts(in sample: [UInt8]) -> (valid: Int, invalid: Int) {
        sample.withUnsafeBufferPointer { bytes in
            var (valid, invalid, position) = (0, 0, 0)
            while position < bytes.count {
                guard bytes[position] >= 0x80 else { position += 1; continue }
                let length = length(at: position, in: bytes)
                if length > 0 { valid += 1 } else { invalid += 1 }
                position += max(1, length)
            }
            return (valid, invalid)
        }
    }

    /// The offset of the first byte that is not UTF-8, or nil.
    static func firstInvalid(in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { firstInvalid(in: $0) }
    }
}
