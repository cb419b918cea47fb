/// Decimal numbers in text, exactly rounded.
package enum NumberText {
    /// The number that the whole text spells: sign, digits with or without a point, exponent.
    ///
    /// `+1`, `.5` and `5.` are taken, as CSV files have them. Nil for anything else; infinite for
    /// what is too large for a `Double`.
    package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let base = text.baseAddress, let first = text.first else { return nil }
        let end = base + text.count
        guard let number = PlainDecimal(base + (first == 0x2b ? 1 : 0), end),
            number.end == end, first != 0x2b || !number.isNegative
        else { return nil }
        return number.value ?? Double(String(decoding: text, as: UTF8.self))
    }
}
