/// A mark of an axis.
package struct Tick: Equatable, Sendable {
    package var value: Double
    /// Empty for minor ticks.
    package var label: String

    package var isMajor: Bool { !label.isEmpty }
}

/// The marks of an axis: round numbers, about as many as wanted.
package enum Ticks {
    /// The ticks of an axis from its low to its high end.
    ///
    /// - Parameters:
    ///   - count: about as many as wanted, at least 2.
    ///   - wholeOnly: whether fractions make no sense, as between two epochs.
    package static func along(_ map: AxisMap, count: Int, wholeOnly: Bool = false) -> [Tick] {
        switch map.scale {
        case .linear: linear(map, count: max(2, count), wholeOnly: wholeOnly)
        case .log: logarithmic(map, count: max(2, count))
        }
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    ///
    /// Source: Heckbert, "Nice numbers for graph labels", Graphics Gems (1990).
    static func linear(_ map: AxisMap, count: Int, wholeOnly: Bool) -> [Tick] {
        // Halves, so that a range of 1.6e308 does not overflow.
        let raw = (map.high / 2 - map.low / 2) / Double(count) * 2
        guard raw > 0, raw.isFinite else { return [] }
        var exponent = decimalExponent(raw)
        let share = raw / decimal(1, exponent: exponent)
        var factor = share < 1.5 ? 1 : share < 3 ? 2 : share < 7 ? 5 : 10
        if factor == 10 { (factor, exponent) = (1, exponent + 1) }
        if wholeOnly, exponent < 0 { (factor, exponent) = (1, 0) }
        // One tick is no scale.
        while !(wholeOnly && factor == 1 && exponent == 0) {
            let step = decimal(factor, exponent: exponent)
            guard step > 0, step.isFinite,
                (map.high / step + 1e-9).rounded(.down) <= (map.low / step - 1e-9).rounded(.up)
            else { break }
            (factor, exponent) =
                factor == 5 ? (2, exponent) : factor == 2 ? (1, exponent) : (5, exponent - 1)
        }
        let step = decimal(factor, exponent: exponent)
        guard step > 0, step.isFinite else { return [] }
        let first = (map.low / step - 1e-9).rounded(.up)
        let last = (map.high / step + 1e-9).rounded(.down)
        guard first <= last, abs(first) < 1e16, abs(last) < 1e16, last - first < 1000 else {
            return []
        }
        let multiples = (Int(first)...Int(last)).map { $0 * factor }
        let labels = labels(multiples, exponent: exponent)
        return zip(multiples, labels).map {
            Tick(value: decimal($0, exponent: exponent), label: $1)
        }
    }

    /// Powers of ten with minor ticks between them; where there are less than two, round numbers.
    static func logarithmic(_ map: AxisMap, count: Int) -> [Tick] {
        let first = Int((decimalLogarithm(map.low) - 1e-9).rounded(.up))
        let last = Int((decimalLogarithm(map.high) + 1e-9).rounded(.down))
        if last - first < 1 { return withinDecades(map, count: count) }
        let stride = max(1, (last - first + count) / count)
        let isShort = first >= -3 && last <= 4
        // Between few powers of ten 2 and 5 have room for labels.
        let labeled: Set<Int> = (last - first + 1) * 3 <= count + 2 ? [2, 5] : []
        var ticks: [Tick] = []
        for exponent in (first - 1)...last {
            let value = decimal(1, exponent: exponent)
            if exponent >= first {
                let offset = ((exponent % stride) + stride) % stride
                let label =
                    isShort
                    ? NumberText.plain(1, exponent: exponent)
                    : NumberText.scientific(1, exponent: exponent)
                if offset == 0 {
                    ticks.append(Tick(value: value, label: label))
                } else if last - first <= 60 {
                    ticks.append(Tick(value: value, label: ""))
                }
            }
            guard last - first <= 8 else { continue }
            for digit in 2...9 {
                let value = decimal(digit, exponent: exponent)
                if value >= map.low, value <= map.high {
                    let label =
                        isShort
                        ? NumberText.plain(digit, exponent: exponent)
                        : NumberText.scientific(digit, exponent: exponent)
                    ticks.append(
                        Tick(value: value, label: labeled.contains(digit) ? label : ""))
                }
            }
        }
        return ticks
    }

    /// Ticks of a range with less than two powers of ten inside.
    private static func withinDecades(_ map: AxisMap, count: Int) -> [Tick] {
        let first = decimalExponent(map.low)
        let last = decimalExponent(map.high)
        var digits: [(Int, Int)] = []
        for exponent in first...max(first, last) {
            for digit in 1...9 {
                let value = decimal(digit, exponent: exponent)
                if value >= map.low, value <= map.high { digits.append((digit, exponent)) }
            }
        }
        let isLabeled: (Int) -> Bool = { digits.count <= count || [1, 2, 5].contains($0) }
        guard digits.count(where: { isLabeled($0.0) }) >= 2 else {
            return linear(
                AxisMap(scale: .linear, low: map.low, high: map.high), count: count,
                wholeOnly: false)
        }
        return digits.map { digit, exponent in
            let isShort = (-4...5).contains(exponent)
            let label =
                isShort
                ? NumberText.plain(digit, exponent: exponent)
                : NumberText.scientific(digit, exponent: exponent)
            return Tick(
                value: decimal(digit, exponent: exponent), label: isLabeled(digit) ? label : "")
        }
    }

    /// Texts of multiples of 10^exponent, all in one form: plain, with the prefix of a thousand, a
    /// million and so on, or with a power of ten.
    static func labels(_ multiples: [Int], exponent: Int) -> [String] {
        let largest = multiples.map(\.magnitude).max() ?? 0
        guard largest > 0 else { return multiples.map { _ in "0" } }
        let top = exponent + String(largest).count - 1
        if (-4...4).contains(top) && exponent >= -7 || top - exponent > 6 && (-9...9).contains(top)
        {
            return multiples.map { NumberText.plain($0, exponent: exponent) }
        }
        let prefixes = ["k", "M", "G", "T"]
        if (5...14).contains(top), exponent >= top - 4 {
            // A million and a half is 1.5M; 150,000 is 150k.
            let thousands = max(1, min(4, top / 3))
            return multiples.map {
                $0 == 0
                    ? "0"
                    : NumberText.plain($0, exponent: exponent - 3 * thousands)
                        + prefixes[thousands - 1]
            }
        }
        return multiples.map { NumberText.scientific($0, exponent: exponent) }
    }
}
