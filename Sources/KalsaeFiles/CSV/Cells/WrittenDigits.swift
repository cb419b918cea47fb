/// Digits and marks beyond ASCII.
enum WrittenDigits {
    /// The text with full-width characters and Arabic, Persian and Devanagari digits as ASCII; nil
    /// where there are none.
    static func folded(_ cell: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let leads: (UInt8) -> Bool = { $0 == 0xef || $0 == 0xd9 || $0 == 0xdb || $0 == 0xe0 }
        guard cell.contains(where: leads) else { return nil }
        var ascii: [UInt8] = []
        var isFolded = false
        var index = 0
        while index < cell.count {
            let (byte, length) = Self.ascii(cell, at: index)
            isFolded = isFolded || length > 1
            ascii.append(byte)
            index += length
        }
        return isFolded ? ascii : nil
    }

    private static func ascii(
        _ cell: UnsafeBufferPointer<UInt8>, at index: Int
    ) -> (byte: UInt8, length: Int) {
        func byte(_ offset: Int) -> UInt8 {
            index + offset < cell.count ? cell[index + offset] : 0
        }
        switch (byte(0), byte(1), byte(2)) {
        case (0xef, 0xbc, let last) where last >= 0x81: return (last - 0x60, 3)
        case (0xef, 0xbd, let last) where last >= 0x80 && last <= 0x9e: return (last - 0x20, 3)
        case (0xd9, let last, _) where last >= 0xa0 && last <= 0xa9: return (last - 0x70, 2)
        case (0xd9, 0xaa, _): return (0x25, 2)
        case (0xd9, 0xab, _): return (0x2e, 2)
        case (0xd9, 0xac, _): return (0x2c, 2)
        case (0xdb, let last, _) where last >= 0xb0 && last <= 0xb9: return (last - 0x80, 2)
        case (0xe0, 0xa5, let last) where last >= 0xa6 && last <= 0xaf: return (last - 0x76, 3)
        default: return (byte(0), 1)
        }
    }
}
