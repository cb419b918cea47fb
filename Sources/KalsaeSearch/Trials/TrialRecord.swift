/// Where a trial stands.
public enum TrialState: String, Sendable, CaseIterable {
    /// Wanted by somebody, and not begun.
    case waiting
    /// A worker evaluates it.
    case running
    /// It has its values.
    case complete
    /// It was given up early.
    case pruned
    /// It has no value; the reason is told.
    case failed

    /// Whether nothing changes any more.
    public var isFinished: Bool { self == .complete || self == .pruned || self == .failed }
}

/// A value that a trial had on its way.
public struct TrialReport: Hashable, Sendable {
    /// The step, as the epoch.
    public let step: Int
    /// The value of the objective then.
    public let value: Double

    /// A value at a step.
    public init(step: Int, value: Double) { (self.step, self.value) = (step, value) }
}

/// One evaluation of an objective: which parameters, and what came of them.
public struct TrialRecord: Sendable, Equatable {
    /// Its number in the study, from 0.
    public let number: Int
    /// Where it stands.
    public var state: TrialState
    /// The parameters that it was proposed; once it is finished those that it asked for.
    public var parameters: Assignment
    /// A value for each objective, once it is complete.
    public var values: [Double] = []
    /// Values on the way, by rising steps.
    public var reports: [TrialReport] = []
    /// Why it failed; else empty.
    public var reason = ""
    /// The version of the space that its parameters were drawn from.
    public var spaceVersion = 1
    /// When it began, in milliseconds since 1970; 0 before. It moves on by the time in which no
    /// worker had the trial, so that `ended - started` is what the trial took.
    public var started = 0
    /// When it ended, in milliseconds since 1970; 0 before.
    public var ended = 0
    /// The worker that has it, or had it last.
    public var owner = ""
    /// When its worker's claim lapses, in milliseconds since 1970.
    public var leasedUntil = 0
    /// How many workers have begun it.
    public var attempts = 0
    /// The study that it was taken from; empty for a trial of this study.
    public var source = ""
    /// The id of the recorded run that trains for it; empty where none does.
    public var run = ""

    /// A trial that was not evaluated yet.
    public init(number: Int, state: TrialState = .waiting, parameters: Assignment = Assignment()) {
        (self.number, self.state, self.parameters) = (number, state, parameters)
    }

    /// A trial that is complete.
    public init(number: Int, parameters: Assignment, values: [Double]) {
        self.init(number: number, state: .complete, parameters: parameters)
        self.values = values
    }
}
