/// A decimal number at the front of some bytes: a minus or not, digits with or without a point, and
/// an exponent or not.
struct PlainDecimal {
    let isNegative: Bool
    /// The digits as a whole number; meaningless beyond 19 of them.
    private var mantissa: UInt64 = 0
    private var digitCount = 0
    /// The power of ten by which `mantissa` is multiplied.
    private var exponent = 0
    /// Whether there is a point or an exponent.
    private(set) var isWhole = true
    /// The byte behind it.
    private(set) var end: UnsafePointer<UInt8>

    /// Reads no byte at `limit` or behind; nil where no number begins, or its exponent has no digits.
    @inline(__always)
    init?(_ start: UnsafePointer<UInt8>, _ limit: UnsafePointer<UInt8>) {
        guard start < limit else { return nil }
        var position = start
        isNegative = position[0] == 0x2d
        if isNegative { position += 1 }
        end = position
        takeDigits(limit)
        digitCount = end - position
        if end < limit, end[0] == 0x2e {
            isWhole = false
            position = end + 1
            end = position
            takeDigits(limit)
            exponent = position - end
            digitCount += end - position
        }
        guard digitCount > 0 else { return nil }
        if end < limit, end[0] | 0x20 == 0x65 {
            isWhole = false
            end += 1
            guard takeExponent(limit) else { return nil }
        }
    }

    /// Adds the digits at `end`, eight at a time, and passes them.
    @inline(__always)
    private mutating func takeDigits(_ limit: UnsafePointer<UInt8>) {
        while limit - end >= 8 {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(end).loadUnaligned(as: UInt64.self))
            let digits = word ^ 0x3030_3030_3030_3030
            // The high bit of each byte from the first on that is no digit; carries go upwards only.
            let others = (digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080
            let count = others.trailingZeroBitCount >> 3
            if count == 0 { return }
            mantissa = mantissa &* Self.powers[count] &+ Self.number(digits &<< (64 - 8 * count))
            end += count
            if count < 8 { return }
        }
        while end < limit, end[0] &- 0x30 < 10 {
            mantissa = mantissa &* 10 &+ UInt64(end[0] &- 0x30)
            end += 1
        }
    }

    /// The number of eight digits, the first in the lowest byte.
    @inline(__always)
    private static func number(_ digits: UInt64) -> UInt64 {
        // Pairs, then fours, then all: each step multiplies the former half by its power of ten.
        let pairs = (digits &* 10 &+ digits >> 8) & 0x00ff_00ff_00ff_00ff
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_ffff_0000_ffff
        return (fours &* 10_000 &+ fours >> 32) & 0xffff_ffff
    }

    private mutating func takeExponent(_ limit: UnsafePointer<UInt8>) -> Bool {
        var isDown = false
        if end < limit, end[0] == 0x2d || end[0] == 0x2b {
            isDown = end[0] == 0x2d
            end += 1
        }
        guard end < limit, end[0] &- 0x30 < 10 else { return false }
        var power = 0
        while end < limit, end[0] &- 0x30 < 10 {
            power = min(100_000, power * 10 + Int(end[0] &- 0x30))
            end += 1
        }
        exponent += isDown ? -power : power
        return true
    }

    /// Whether it is a whole number that begins with 0, and is not 0 alone.
    @inline(__always)
    func isZeroLed(from start: UnsafePointer<UInt8>) -> Bool {
        start[0] == 0x30 && isWhole && end - start > 1
    }

    /// The number nearest to it; nil where that takes more than these digits and few operations.
    @inline(__always)
    var value: Double? {
        guard digitCount <= 19 else { return nil }
        if mantissa <= 1 << 53, abs(exponent) <= 22 {
            // Exact when both factors are (Clinger 1990): one rounding, by the last operation.
            let whole = Double(Int64(bitPattern: mantissa))
            let scaled =
                exponent < 0 ? whole / Self.scales[-exponent] : whole * Self.scales[exponent]
            return isNegative ? -scaled : scaled
        }
        guard let value = DecimalRounding.nearest(mantissa, exponent: exponent) else { return nil }
        return isNegative ? -value : value
    }

    private static let powers: [UInt64] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]
    private static let scales: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
