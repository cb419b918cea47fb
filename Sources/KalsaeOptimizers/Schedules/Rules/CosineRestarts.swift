import Glibc
import KalsaeSupport

/// Half of a cosine wave, again and again.
struct CosineRestarts: ScheduleRule {
    var period: Int
    var growth = 1
    var peak = 1.0
    var end = 0.0

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("period", &period, .positive)
        try settings("growth", &growth, .positive)
        try settings("peak", &peak, .notNegative)
        try settings("end", &end, .notNegative)
    }

    func factor(step: Int) -> Double {
        var (rest, length) = (step - 1, max(period, 1))
        var height = 1.0
        if growth <= 1 {
            height = pow(peak, Double(rest / length))
            rest %= length
        } else {
            while rest >= length {
                rest -= length
                height *= peak
                let (next, overflows) = length.multipliedReportingOverflow(by: growth)
                length = overflows ? .max : next
            }
        }
        return Curve.fall(Curve.share(rest, of: length), from: max(height, end), to: end)
    }
}

extension LearningRateSchedule {
    /// Cosine that starts again after `period` steps, each period `growth` times as long and
    /// starting `peak` times as high as the one before it (SGDR, 2017).
    public static func cosineRestarts(
        period: Int, growth: Int = 1, peak: Double = 1, end: Double = 0
    ) -> LearningRateSchedule {
        LearningRateSchedule(
            CosineRestarts(period: period, growth: growth, peak: peak, end: end))
    }
}
