import Glibc
import KalsaeTraining

/// Numbers of lessons for readers.
public enum LessonNumber {
    /// Four digits that count: `0.5200`, `-12.35`, `1.2e-09`.
    public static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "∞" : "-∞" }
        let size = value.magnitude
        if size == 0 { return "0" }
        if value == value.rounded(), size < 1e7 { return String(Int(value)) }
        guard size >= 1e-4, size < 1e5 else { return scientific(value) }
        let decimals = size >= 100 ? 1 : 3 - Int(log10(size).rounded(.down))
        var text = value.fixed(decimals)
        while text.contains("."), text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// Numbers of one column, with the same number of decimals where they are of a size.
    public static func column(_ values: [Double]) -> [String] {
        let finite = values.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
        guard let largest = finite.max(), let least = finite.min() else {
            return values.map(short)
        }
        if values.allSatisfy({ !$0.isFinite || $0 == $0.rounded() }), largest < 1e7 {
            return values.map(short)
        }
        guard largest < 1e5, least >= 1e-3 || largest < 10 && least >= 1e-5 else {
            return values.map(short)
        }
        let decimals = largest >= 1000 ? 1 : largest >= 100 ? 2 : least >= 0.01 ? 4 : 6
        return values.map { $0.isFinite ? $0.fixed(decimals) : short($0) }
    }

    private static func scientific(_ value: Double) -> String {
        var (mantissa, exponent) = (value, 0)
        while mantissa.magnitude >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa.magnitude < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return mantissa.fixed(3) + "e" + String(exponent)
    }
}
