import Glibc
import KalsaeSupport

/// A linear rise, then the inverse square root.
struct InverseSquareRoot: ScheduleRule {
    var warmup: Int

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("warmup", &warmup, .positive)
    }

    func factor(step: Int) -> Double {
        let ratio = Double(step) / Double(max(warmup, 1))
        return min(ratio, 1 / sqrt(ratio))
    }
}

extension LearningRateSchedule {
    /// `min(step / warmup, √(warmup / step))`: the curve of ``noam(size:warmup:)`` with its peak at 1.
    public static func inverseSquareRoot(warmup: Int) -> LearningRateSchedule {
        LearningRateSchedule(InverseSquareRoot(warmup: warmup))
    }
}
