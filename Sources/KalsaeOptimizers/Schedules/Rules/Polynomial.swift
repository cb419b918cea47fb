import Glibc
import KalsaeSupport

/// A power of what is left of the steps.
struct Polynomial: ScheduleRule {
    var steps: Int
    var power = 1.0
    var end = 0.0

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("steps", &steps, .positive)
        try settings("power", &power, .positive)
        try settings("end", &end, .notNegative)
    }

    func factor(step: Int) -> Double {
        end + (1 - end) * pow(1 - Curve.share(step - 1, of: steps), power)
    }
}

extension LearningRateSchedule {
    /// `end + (1 - end) (1 - t / steps)^power`, then `end` (`PolynomialLR`).
    public static func polynomial(
        steps: Int, power: Double = 1, end: Double = 0
    ) -> LearningRateSchedule {
        LearningRateSchedule(Polynomial(steps: steps, power: power, end: end))
    }
}
