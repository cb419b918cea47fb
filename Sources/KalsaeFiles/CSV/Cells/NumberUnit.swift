/// Signs and words beside a number that tell its unit: percent, currencies and measures.
enum NumberUnit {
    /// By number, 0 for none.
    static let names: [String] = currencies + measures

    private static let currencies: [String] = [
        "", "%", "‰", "$", "€", "£", "¥", "₩", "₹", "₽", "₺", "₫", "฿", "₪", "₴", "USD", "EUR",
        "GBP", "JPY", "CNY", "KRW", "INR", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "AUD",
        "CAD", "NZD", "BRL", "MXN", "ZAR", "TRY", "RUB", "HKD", "SGD", "TWD", "US$", "A$", "C$",
        "R$", "HK$", "NT$", "원", "円", "元", "圓", "kr.", "kr", "zł", "Kč", "Ft", "Fr.", "Rs.",
        "Rs", "RM", "Euro", "euro", "％", "￥", "￦",
    ]

    /// What stands behind a number only; the first are the multipliers of ``NumberMagnitude``.
    private static let measures: [String] = [
        "k, M", "kg", "g", "mg", "t", "lb", "lbs", "oz", "km", "m", "cm", "mm", "mi", "ft", "in",
        "inch", "l", "L", "ml", "mL", "cl", "h", "hr", "hrs", "min", "mins", "s", "sec", "ms",
        "W", "kW", "MW", "Wh", "kWh", "MWh", "V", "A", "mA", "Hz", "kHz", "MHz", "GHz", "B", "kB",
        "KB", "MB", "GB", "TB", "°", "°C", "℃", "°F", "km/h", "kmh", "kph", "mph", "m/s",
        "m²", "m2", "sqm", "qm", "km²", "ha", "sqft", "sq ft", "sq. ft.", "m³", "cc", "CC", "hp",
        "bhp", "PS", "Nm", "kmpl", "km/kg", "mpg", "px", "pt", "dB", "bar", "hPa", "kPa", "mmHg",
        "mg/dL", "mg/dl", "mmol/L", "kcal", "kJ", "ppm", "bpm", "rpm", "years", "year", "yrs",
        "yr", "months", "month", "weeks", "days", "day", "hours", "minutes", "seconds", "Jahre",
        "Monate", "Tage", "Std.", "Std", "Stk", "Stk.", "ans", "mois", "jours", "명", "개", "세",
        "살", "대", "건", "회", "년", "개월", "월", "일", "시간", "분", "초", "평", "층", "㎡", "人",
        "歳", "個", "件", "円/月", "分", "年", "階",
    ]
    /// The unit of bare multipliers.
    static let magnitude = UInt8(currencies.count)
    private static let firstMeasure = magnitude + 1

    /// Whether it is a measure, which stands behind a number that has no 0 in front.
    static func isMeasure(_ unit: UInt8) -> Bool { unit >= firstMeasure }

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
        for unit in byFirst[Int(first)]
        where unit > 2 && unit < magnitude && text.starts(with: bytes[Int(unit)]) {
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
        [0xe2, 0x80, 0x82], [0xe2, 0x80, 0x83], [0xe2, 0x80, 0x8b], [0xe2, 0x80, 0x8a],
        [0xe3, 0x80, 0x80], [0xef, 0xbb, 0xbf],
    ]

    /// The bytes of the blank that the text begins with.
    static func prefix(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard let first = text.first else { return nil }
        if first == 0x20 || first == 0x09 { return 1 }
        guard first >= 0xc2 else { return nil }
        return wide.first { text.starts(with: $0) }?.count
    }

    /// The text without blanks and line ends on both sides.
    static func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        // Nearly all cells begin and end with a letter or digit of ASCII.
        if let first = text.first, let last = text.last, (0x21..<0x7f).contains(first),
            (0x21..<0x7f).contains(last)
        {
            return text
        }
        var rest = Slice(base: text, bounds: 0..<text.count)
        while let first = rest.first {
            guard let count = first == 0x0a || first == 0x0d ? 1 : prefix(rest) else { break }
            rest.removeFirst(count)
        }
        while let last = rest.last {
            guard let count = last == 0x0a || last == 0x0d ? 1 : suffix(rest) else { break }
            rest.removeLast(count)
        }
        return UnsafeBufferPointer(rebasing: rest)
    }

    /// The bytes of the blank that the text ends with.
    static func suffix(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard let last = text.last else { return nil }
        if last == 0x20 || last == 0x09 { return 1 }
        guard last >= 0x80 else { return nil }
        return wide.first { text.suffix($0.count).elementsEqual($0) }?.count
    }
}
