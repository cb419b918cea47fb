/// Numbers as text, without a locale and without Foundation: the same on every machine.
package enum NumberText {
    /// A coordinate with at most two decimals, as short as it gets; finite values below 10^15.
    package static func coordinate(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "0" }
        let hundredths = Int((value * 100).rounded())
        let size = hundredths.magnitude
        var text = hundredths < 0 ? "-\(size / 100)" : "\(size / 100)"
        let rest = size % 100
        if rest != 0 {
            text += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        }
        return text
    }

    /// digits · 10^exponent without an exponent, thousands apart from 10,000 on.
    package static func plain(_ digits: Int, exponent: Int) -> String {
        var text = String(digits.magnitude)
        var fraction = ""
        if exponent >= 0 {
            if digits != 0 { text += String(repeating: "0", count: exponent) }
        } else {
            if text.count <= -exponent {
                text = String(repeating: "0", count: 1 - exponent - text.count) + text
            }
            fraction = "." + text.suffix(-exponent)
            text = String(text.dropLast(-exponent))
        }
        let sign = digits < 0 ? "−" : ""
        return sign + (text.count > 4 ? grouped(text) : text) + fraction
    }

    /// A number of moderate size with a fixed number of decimals.
    package static func rounded(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return short(value) }
        let scaled = (value * decimal(1, exponent: decimals)).rounded()
        return plain(Int(scaled), exponent: -decimals)
    }

    /// A whole number with its thousands apart.
    package static func count(_ value: Int) -> String { plain(value, exponent: 0) }

    /// digits · 10^exponent as a number and a power of ten.
    package static func scientific(_ digits: Int, exponent: Int) -> String {
        guard digits != 0 else { return "0" }
        var (digits, exponent) = (digits, exponent)
        while digits % 10 == 0 { (digits, exponent) = (digits / 10, exponent + 1) }
        let shift = String(digits.magnitude).count - 1
        let tenTo = "10" + superscript(exponent + shift)
        if digits == 1 { return tenTo }
        if digits == -1 { return "−" + tenTo }
        return plain(digits, exponent: -shift) + "×" + tenTo
    }

    /// A whole number in raised digits.
    package static func superscript(_ value: Int) -> String {
        let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        return String(
            String(value).map { $0 == "-" ? "⁻" : raised[$0.wholeNumberValue ?? 0] })
    }

    /// A number rounded to some digits: plain where that is short, else with a power of ten.
    package static func short(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
        guard value != 0 else { return "0" }
        let (number, exponent) = rounded(value, digits: digits)
        let top = exponent + String(number.magnitude).count - 1
        return (-4...5).contains(top)
            ? plain(number, exponent: exponent) : scientific(number, exponent: exponent)
    }

    /// A number as digits · 10^exponent with at most `digits` digits and no 0 at the end.
    static func rounded(_ value: Double, digits: Int) -> (digits: Int, exponent: Int) {
        guard value != 0, value.isFinite else { return (0, 0) }
        var top = decimalExponent(value)
        var (number, exponent) = (0, 0)
        for _ in 0..<2 {
            exponent = top - digits + 1
            // Scaled in two steps: 10^exponent itself may lie beyond what a Double holds.
            let half = exponent / 2
            let scaled = value / decimal(1, exponent: half) / decimal(1, exponent: exponent - half)
            number = Int(scaled.rounded())
            if String(number.magnitude).count <= digits { break }
            top += 1
        }
        while number != 0, number % 10 == 0 { (number, exponent) = (number / 10, exponent + 1) }
        // Whole numbers need no exponent to be read.
        while exponent > 0, number.magnitude < 1_000_000_000 {
            (number, exponent) = (number * 10, exponent - 1)
        }
        return (number, exponent)
    }

    /// Digits with a comma behind each three from the right.
    private static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
