import Glibc
import KalsaeSupport

/// The schedule of the first transformer.
struct Noam: ScheduleRule {
    var size: Int
    var warmup: Int

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("size", &size, .positive)
        try settings.required("warmup", &warmup, .positive)
    }

    func factor(step: Int) -> Double {
        let (number, warm) = (Double(step), Double(max(warmup, 1)))
        return min(1 / sqrt(number), number / (warm * sqrt(warm))) / sqrt(Double(max(size, 1)))
    }
}

extension LearningRateSchedule {
    /// `size^-½ · min(step^-½, step · warmup^-1½)` (Vaswani et al., 2017, for rate 1).
    public static func noam(size: Int, warmup: Int) -> LearningRateSchedule {
        LearningRateSchedule(Noam(size: size, warmup: warmup))
    }
}
