import Glibc
import KalsaeSupport

/// A fall at each of some steps.
struct Milestones: ScheduleRule {
    var steps: [Int]
    var factor = 0.1

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("steps", &steps, .notNegative)
        try settings("factor", &factor, .notNegative)
    }

    func factor(step: Int) -> Double {
        pow(factor, Double(steps.count { $0 < step }))
    }
}

extension LearningRateSchedule {
    /// `factor` to the number of milestones that `t` has reached (`MultiStepLR`).
    public static func milestones(_ steps: [Int], factor: Double = 0.1) -> LearningRateSchedule {
        LearningRateSchedule(Milestones(steps: steps, factor: factor))
    }
}
