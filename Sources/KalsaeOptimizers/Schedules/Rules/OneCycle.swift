import KalsaeSupport

/// One rise and one longer fall.
struct OneCycle: ScheduleRule {
    var steps: Int
    var rise = 0.3
    var divisor = 25.0
    var finalDivisor = 10_000.0

    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings.required("steps", &steps, .positive)
        try settings("rise", &rise, .share)
        try settings("divisor", &divisor, .positive)
        try settings("finalDivisor", &finalDivisor, .positive)
    }

    func factor(step: Int) -> Double {
        let time = Double(step - 1)
        let start = 1 / divisor
        // The peak is a step, and so is the end.
        let top = rise * Double(steps) - 1
        let last = Double(steps) - 1
        if time <= top, top > 0 { return Curve.fall(time / top, from: start, to: 1) }
        let share = last > max(top, 0) ? min((time - max(top, 0)) / (last - max(top, 0)), 1) : 1
        return Curve.fall(share, from: 1, to: start / finalDivisor)
    }
}

extension LearningRateSchedule {
    /// One rise and one longer fall over all steps (Smith and Topin, 2018): by a cosine from
    /// `1 / divisor` to 1 in the first `rise` of the steps, then to `1 / (divisor · finalDivisor)`.
    /// The optimizer's rate is the peak (`OneCycleLR`).
    public static func oneCycle(
        steps: Int, rise: Double = 0.3, divisor: Double = 25, finalDivisor: Double = 10_000
    ) -> LearningRateSchedule {
        LearningRateSchedule(
            OneCycle(steps: steps, rise: rise, divisor: divisor, finalDivisor: finalDivisor))
    }
}
