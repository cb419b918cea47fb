/// Signs and words beside a number that tell its unit: percent and currencies.
enum NumberUnit {
    /// By number, 0 for none.
    static let names: [String] = [
        "", "%", "‰", "$", "€", "£", "¥", "₩", "₹", "₽", "₺", "₫", "฿", "₪", "₴", "USD", "EUR",
        "GBP", "JPY", "CNY", "KRW", "INR", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "AUD",
        "CAD", "NZD", "BRL", "MXN", "ZAR", "TRY", "RUB", "HKD", "SGD", "TWD", "US$", "A$", "C$",
        "R$", "HK$", "NT$", "원", "円", "元", "圓", "kr.", "kr", "zł", "Kč", "Ft", "Fr.", "Rs.",
        "Rs", "RM", "Euro", "euro", "％", "￥", "￦",
    ]

    private static let bytes: [[UInt8]] = names.map { Array($0.utf8) }
    /// Units by the first byte, and by the last.
    private static let byFirst = grouped { $0.first }
    private static let byLast = grouped { $0.last }

    private static func grouped(_ key: ([UInt8]) -> UInt8?) -> [[UInt8]] {
        var groups = [[UInt8]](repeating: [], count: 256)
        // The longest first, so that `kr.` is not `kr`.
        let order = bytes.indices.sorted { bytes[$0].count > bytes[$1].count }
        for index in order {
            if let byte = key(bytes[index]) { groups[Int(byte)].append(UInt8(index)) }
        }
        return groups
    }

    /// The unit that the text begins with, but percent, and its bytes.
    static func prefix(
        _ text: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (unit: UInt8, count: Int)? {
        guard let first = text.first else { return nil }
        for unit in byFirst[Int(first)] where unit > 2 && text.starts(with: bytes[Int(unit)]) {
            return (unit, bytes[Int(unit)].count)
        }
        return nil
    }

    /// The unit that the text ends with, and its bytes.
    static func suffix(
        _ text: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (unit: UInt8, count: Int)? {
        guard let last = text.last else { return nil }
        for unit in byLast[Int(last)] {
            let word = bytes[Int(unit)]
            if text.count > word.count, text.suffix(word.count).elementsEqual(word) {
                return (unit, word.count)
            }
        }
        return nil
    }
}

/// Blanks of ASCII and beyond.
enum Blank {
    /// No-break, thin, narrow no-break, figure and ideographic space, and the byte order mark.
    private static let wide: [[UInt8]] = [
        [0xc2, 0xa0], [0xe2, 0x80, 0x89], [0xe2, 0x80, 0xaf], [0xe2, 0x80, 0x87],
        [0xe2, 0x80, 0x82],
        [0xe3, 0x80, 0x80], [0xef, 0xbb, 0xbf],
    ]

    /// The bytes of the blank that the text begins with.
    static func prefix(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard let first = text.first else { return nil }
        if first == 0x20 || first == 0x09 { return 1 }
        guard first >= 0xc2 else { return nil }
        return wide.first { text.starts(with: $0) }?.count
    }

    /// The bytes of the blank that the text ends with.
    static func suffix(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard let last = text.last else { return nil }
        if last == 0x20 || last == 0x09 { return 1 }
        guard last >= 0x80 else { return nil }
        return wide.first { text.suffix($0.count).elementsEqual($0) }?.count
    }
}
