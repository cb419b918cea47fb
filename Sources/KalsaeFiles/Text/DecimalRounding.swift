/// The `Double` nearest to w · 10^q, by one product of 64 and 128 bits: w · 5^q is known to two parts
/// in 2^127, which nearly always tells how it is rounded (after Lemire, "Number parsing at a gigabyte
/// per second", 2021).
enum DecimalRounding {
    /// Powers of ten that are known: 5^55 is the last that 128 bits hold.
    private static let mostPower = 55

    /// 5^q · 2^shift, cut to 128 bits of which the first is 1.
    private struct Power { var bits: UInt128; var shift: Int; var isExact: Bool }

    private static let powers: [Power] = (-mostPower...mostPower).map { exponent in
        var five: UInt128 = 1
        for _ in 0..<abs(exponent) { five *= 5 }
        let zeros = five.leadingZeroBitCount
        if exponent >= 0 { return Power(bits: five << zeros, shift: zeros, isExact: true) }
        // 2^255 / (5^k · 2^zeros)
        let half = UInt128(1) << 127
        let quotient = (five << zeros).dividingFullWidth((half, 0)).quotient
        return Power(bits: quotient, shift: 255 - zeros, isExact: false)
    }

    /// Nil where the exponent is beyond those that are known, or the rounding is not sure.
    static func nearest(_ mantissa: UInt64, exponent: Int) -> Double? {
        if mantissa == 0 { return 0 }
        guard abs(exponent) <= mostPower else { return nil }
        let power = powers[exponent + mostPower]
        let zeros = mantissa.leadingZeroBitCount
        let factor = UInt128(mantissa << zeros)
        let low = factor * (power.bits & UInt128(UInt64.max))
        // The product's upper 128 bits; the true product is less than 2 above, and below that less
        // than 1 where the power is exact.
        let product = factor * (power.bits >> 64) + low >> 64
        let dropped = 75 - product.leadingZeroBitCount
        let rest = product & (UInt128(1) << dropped - 1)
        let half = UInt128(1) << (dropped - 1)
        var bits = UInt64(truncatingIfNeeded: product >> dropped)
        let isProduct = power.isExact && UInt64(truncatingIfNeeded: low) == 0
        if rest == half, isProduct {
            bits += bits & 1
        } else if rest >= half {
            bits += 1
        } else if rest + 1 == half, !power.isExact {
            return nil
        }
        let unit = dropped + 64 - zeros - power.shift + exponent
        return Double(sign: .plus, exponent: unit, significand: Double(bits))
    }
}
