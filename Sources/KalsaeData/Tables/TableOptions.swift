/// What a caller decides about a table instead of leaving it to a guess.
public struct TableOptions: Sendable, Equatable {
    /// What is predicted.
    public var task = TargetEncoder.Task.automatic
    /// How numbers are scaled.
    public var scaling = NumberScaling.robust

    /// Everything is guessed.
    public init() {}
}
