import Glibc
import KalsaeSupport

/// The same fall from step to step.
struct Exponential: ScheduleRule {
    var factor: Double
    var every = 1

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("factor", &factor, .notNegative)
        try settings("every", &every, .positive)
    }

    func factor(step: Int) -> Double {
        pow(factor, Double(step - 1) / Double(max(every, 1)))
    }
}

extension LearningRateSchedule {
    /// `factor ^ (t / every)` (`ExponentialLR`, Keras's `ExponentialDecay`).
    public static func exponential(factor: Double, every: Int = 1) -> LearningRateSchedule {
        LearningRateSchedule(Exponential(factor: factor, every: every))
    }
}
