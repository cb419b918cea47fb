import KalsaeSupport

/// How the learning rate changes over a training: a factor for each step, a pure function.
///
/// Steps count from 1, as those of an optimizer do; `t = step - 1` below. The rate of a step is the
/// optimizer's own rate times the factor. Schedules are plain values: stored with `Codable`,
/// composed with ``then(after:_:)``, ``warmedUp(over:from:)`` and ``product(_:)``, and listed for a
/// plot with ``rates(steps:base:)``.
///
/// ```swift
/// LearningRateSchedule.cosine(steps: 900).warmedUp(over: 100)
/// ```
public struct LearningRateSchedule: Sendable {
    /// The kind of schedule with its settings.
    public let rule: any ScheduleRule

    /// A schedule by a rule.
    public init(_ rule: any ScheduleRule) { self.rule = rule }

    /// What the optimizer's rate is multiplied with at a step, counted from 1.
    public func factor(step: Int) -> Double { rule.factor(step: max(step, 1)) }

    /// Throws where a setting makes no sense: called before training begins.
    public func check() throws(KalsaeError) {
        let name = Self.catalog.first { type(of: $0.rule) == type(of: rule) }?.name
        var copy = rule
        var visitor = SettingVisitor(checking: "schedule \(name ?? "\(type(of: rule))")")
        try copy.visit(&visitor)
    }

    /// The rates of the first steps, for a plot.
    ///
    /// - Parameters:
    ///   - steps: how many.
    ///   - base: the optimizer's rate.
    public func rates(steps: Int, base: Double = 1) -> [Double] {
        (0..<max(steps, 0)).map { base * factor(step: $0 + 1) }
    }

    /// This schedule for so many steps, then another one.
    public func then(after steps: Int, _ next: LearningRateSchedule) -> LearningRateSchedule {
        .sequence(first: self, steps: steps, second: next)
    }

    /// A linear rise to the schedule's first rate, and then the schedule.
    public func warmedUp(over steps: Int, from start: Double = 0) -> LearningRateSchedule {
        let first = factor(step: 1)
        let rise = LearningRateSchedule.product([
            .linearWarmup(steps: steps, start: start), .constant(factor: first),
        ])
        return rise.then(after: steps, self)
    }
}

extension LearningRateSchedule: Hashable {
    /// Whether both are of one kind with equal settings.
    public static func == (left: Self, right: Self) -> Bool {
        AnyHashable(left.rule) == AnyHashable(right.rule)
    }

    /// Hashes the rule.
    public func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(rule)) }
}
