/// Decimal numbers in text, exactly rounded.
enum NumberText {
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The number that the whole text spells: sign, digits with or without a point, exponent.
    ///
    /// `+1`, `.5` and `5.` are taken, as CSV files have them. Nil for anything else; infinite for
    /// what is too large for a `Double`.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var position = 0
        let count = text.count
        var isNegative = false
        if position < count, text[position] == 0x2d || text[position] == 0x2b {
            isNegative = text[position] == 0x2d
            position += 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var pointShift = 0
        var seenPoint = false
        var isLong = false
        while position < count {
            let digit = text[position] &- 0x30
            if digit < 10 {
                digits += 1
                if mantissa < 100_000_000_000_000_000 {
                    mantissa = mantissa * 10 + UInt64(digit)
                    if seenPoint { pointShift -= 1 }
                } else {
                    isLong = true
                }
            } else if text[position] == 0x2e && !seenPoint {
                seenPoint = true
            } else {
                break
            }
            position += 1
        }
        guard digits > 0 else { return nil }
        var exponent = 0
        if position < count, text[position] | 0x20 == 0x65 {
            position += 1
            var isDown = false
            if position < count, text[position] == 0x2d || text[position] == 0x2b {
                isDown = text[position] == 0x2d
                position += 1
            }
            guard position < count else { return nil }
            while position < count, text[position] &- 0x30 < 10 {
                exponent = min(100_000, exponent * 10 + Int(text[position] &- 0x30))
                position += 1
            }
            if isDown { exponent = -exponent }
        }
        guard position == count else { return nil }

        // Exact when both factors are (Clinger 1990): one rounding, by the last operation.
        let scale = exponent + pointShift
        if !isLong, mantissa <= 1 << 53, abs(scale) <= 22 {
            let value = Double(mantissa)
            let scaled = scale < 0 ? value / powersOfTen[-scale] : value * powersOfTen[scale]
            return isNegative ? -scaled : scaled
        }
        return Double(String(decoding: text, as: UTF8.self))
    }
}
