/// A value of a metric at a step.
public struct MetricPoint: Equatable, Sendable {
    /// The step.
    public var step: Int
    /// The epoch, where there is one.
    public var epoch: Int?
    /// Milliseconds since the run was created.
    public var time: Int
    /// The value; it may be infinite or not a number.
    public var value: Double

    /// A point.
    public init(step: Int, epoch: Int? = nil, time: Int = 0, value: Double) {
        (self.step, self.epoch, self.time, self.value) = (step, epoch, time, value)
    }
}

/// What is known of a metric without looking at its points.
public struct MetricSummary: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// How many points were recorded, those of steps that were later undone too.
    public var count: Int
    /// The point recorded last.
    public var last: MetricPoint
    /// The step and the value of the least point that no later one hides; nil where none is a number.
    public var low: (step: Int, value: Double)? { lowStep.map { ($0, lowValue) } }
    /// The step and the value of the greatest point that no later one hides; nil where none is a number.
    public var high: (step: Int, value: Double)? { highStep.map { ($0, highValue) } }

    var lowStep: Int?
    var lowValue = Double.nan
    var highStep: Int?
    var highValue = Double.nan
}
