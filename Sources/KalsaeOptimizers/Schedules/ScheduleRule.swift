import KalsaeSupport

/// A kind of schedule: its settings, and the factor that they give a step.
///
/// It stands in a file of its own in `Schedules/Rules`, with a function on ``LearningRateSchedule``
/// that makes it, and in a line of `ScheduleCatalog.swift`.
public protocol ScheduleRule: Hashable, Sendable {
    /// Visits every setting under its name with its rule.
    mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError)
    /// What the optimizer's rate is multiplied with at a step, counted from 1.
    func factor(step: Int) -> Double
}
