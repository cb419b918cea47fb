/// A schedule that knows how long the training is: what a recipe names.
public struct SchedulePreset: Sendable {
    /// The name in recipes, as `warmup-cosine`.
    public let name: String
    /// The schedule for a number of steps, at least 1; nil where the rate depends on the
    /// validation loss.
    public let schedule: @Sendable (_ steps: Int) -> LearningRateSchedule?
}
