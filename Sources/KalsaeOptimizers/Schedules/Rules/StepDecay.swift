import Glibc
import KalsaeSupport

/// A fall after every so many steps.
struct StepDecay: ScheduleRule {
    var every: Int
    var factor = 0.1

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("every", &every, .positive)
        try settings("factor", &factor, .notNegative)
    }

    func factor(step: Int) -> Double {
        pow(factor, Double((step - 1) / max(every, 1)))
    }
}

extension LearningRateSchedule {
    /// `factor ^ ⌊t / every⌋` (PyTorch's `StepLR`).
    public static func step(every: Int, factor: Double = 0.1) -> LearningRateSchedule {
        LearningRateSchedule(StepDecay(every: every, factor: factor))
    }
}
