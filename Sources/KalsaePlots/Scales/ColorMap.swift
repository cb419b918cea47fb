/// Colors of numbers.
public enum ColorMap: String, Codable, CaseIterable, Sendable {
    /// From dark violet by green to light yellow, evenly lighter: for amounts.
    case sequential
    /// From blue by a light gray to red: for numbers on both sides of 0.
    case diverging
    /// From black to white: for images.
    case gray
}

extension ColorMap {
    /// The color of a share from 0 to 1; transparent for NaN.
    package func color(_ share: Double) -> Drawing.Color {
        guard !share.isNaN else { return .clear }
        let table = colors
        let at = min(max(share, 0), 1) * Double(table.count - 1)
        return table[Int(at.rounded())]
    }

    /// 256 colors from the low to the high end.
    package var colors: [Drawing.Color] {
        switch self {
        case .sequential: Self.sequentialColors
        case .diverging: Self.divergingColors
        case .gray: Self.grayColors
        }
    }

    // Lightness rises evenly, hue goes from violet to yellow; chroma is what sRGB still holds.
    private static let sequentialColors: [Drawing.Color] = (0..<256).map { index in
        let t = Double(index) / 255
        return OKLCH(
            lightness: 0.26 + 0.66 * t, chroma: 0.115 + 0.05 * t,
            hue: 300 - 60 * t - 137 * t * t
        ).color
    }

    private static let divergingColors: [Drawing.Color] = (0..<256).map { index in
        let t = Double(index) / 255 * 2 - 1
        let size = abs(t)
        return OKLCH(
            lightness: 0.965 - 0.47 * size * (0.55 + 0.45 * size), chroma: 0.16 * size,
            hue: t < 0 ? 250 : 40
        ).color
    }

    private static let grayColors: [Drawing.Color] = (0..<256).map { index in
        let value = UInt8(index)
        return Drawing.Color(value, value, value)
    }
}

/// A color by lightness, chroma and hue (in degrees) as the eye has them.
///
/// Source: Ottosson, "A perceptual color space for image processing" (2020).
struct OKLCH {
    var lightness: Double
    var chroma: Double
    var hue: Double

    /// The color in sRGB, with less chroma where it lies outside.
    var color: Drawing.Color {
        var chroma = chroma
        for _ in 0..<40 {
            let rgb = linear(chroma: chroma)
            if rgb.allSatisfy({ $0 > -0.0005 && $0 < 1.0005 }) { break }
            chroma *= 0.95
        }
        let bytes = linear(chroma: chroma).map { value -> UInt8 in
            let clipped = min(max(value, 0), 1)
            let share =
                clipped <= 0.003_130_8 ? 12.92 * clipped : 1.055 * power(clipped, 1 / 2.4) - 0.055
            return UInt8((share * 255).rounded())
        }
        return Drawing.Color(bytes[0], bytes[1], bytes[2])
    }

    /// Red, green and blue in proportion to light.
    private func linear(chroma: Double) -> [Double] {
        let a = chroma * cosine(degrees: hue)
        let b = chroma * sine(degrees: hue)
        let l = lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b
        let m = lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b
        let s = lightness - 0.089_484_177_5 * a - 1.291_485_548 * b
        let (l3, m3, s3) = (l * l * l, m * m * m, s * s * s)
        return [
            4.076_741_662_1 * l3 - 3.307_711_591_3 * m3 + 0.230_969_929_2 * s3,
            -1.268_438_004_6 * l3 + 2.609_757_401_1 * m3 - 0.341_319_396_5 * s3,
            -0.004_196_086_3 * l3 - 0.703_418_614_7 * m3 + 1.707_614_701 * s3,
        ]
    }
}
