import Glibc

extension Double {
    /// The number with a fixed count of digits behind the point.
    package func fixed(_ digits: Int) -> String {
        guard isFinite, magnitude < 1e15 else { return "\(self)" }
        let scale = pow(10, Double(max(digits, 0)))
        let scaled = (magnitude * scale).rounded()
        let whole = Int(scaled / scale)
        let sign = self < 0 && scaled > 0 ? "-" : ""
        if digits <= 0 { return "\(sign)\(whole)" }
        let rest = String(Int(scaled - Double(whole) * scale))
        let zeros = String(repeating: "0", count: max(digits - rest.count, 0))
        return "\(sign)\(whole).\(zeros)\(rest)"
    }

    /// A share as percent with two or three digits that count, as 34.2 % and 0.36 %.
    package var percentText: String {
        let percent = self * 100
        let bounds = [99.95, 9.995, 0.0995, 0.00995]
        let digits = bounds.firstIndex { percent.magnitude >= $0 } ?? (self == 0 ? 0 : 4)
        return "\(percent.fixed(digits)) %"
    }

    /// The number for a table: four digits behind the point, or a power of ten where that says
    /// nothing, as 1.500e-05.
    package var short: String {
        guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
        if (1e-3..<1e7).contains(magnitude) { return fixed(4) }
        var exponent = Int(log10(magnitude).rounded(.down))
        var mantissa = self / pow(10, Double(exponent))
        if mantissa.magnitude >= 9.9995 {
            exponent += 1
            mantissa /= 10
        }
        let digits = String(exponent.magnitude)
        let power = (exponent < 0 ? "-" : "+") + (digits.count < 2 ? "0" : "") + digits
        return "\(mantissa.fixed(3))e\(power)"
    }
}
