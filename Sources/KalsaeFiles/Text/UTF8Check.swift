/// Strict UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing past U+10FFFF.
enum UTF8Check {
    /// The offset of the first byte that is not UTF-8, or nil.
    static func firstInvalid(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var position = 0
        let count = bytes.count
        while position < count {
            let byte = bytes[position]
            if byte < 0x80 {
                position += 1
                continue
            }
            let (length, low, high): (Int, UInt8, UInt8) =
                switch byte {
                case 0xc2...0xdf: (2, 0x80, 0xbf)
                case 0xe0: (3, 0xa0, 0xbf)
                case 0xed: (3, 0x80, 0x9f)
                case 0xe1...0xef: (3, 0x80, 0xbf)
                case 0xf0: (4, 0x90, 0xbf)
                case 0xf1...0xf3: (4, 0x80, 0xbf)
                case 0xf4: (4, 0x80, 0x8f)
                default: (0, 0, 0)
                }
            guard length > 0, position + length <= count else { return position }
            guard (low...high).contains(bytes[position + 1]) else { return position }
            for k in 2..<max(2, length) where bytes[position + k] & 0xc0 != 0x80 {
                return position
            }
            position += length
        }
        return nil
    }

    /// The offset of the first byte that is not UTF-8, or nil.
    static func firstInvalid(in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { firstInvalid(in: $0) }
    }
}
