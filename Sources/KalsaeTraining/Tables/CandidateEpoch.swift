/// One epoch of a kind of model that is tried on a table.
public struct CandidateEpoch: Sendable, Equatable {
    /// The candidate's name.
    public var candidate: String
    /// Counted from 1.
    public var epoch: Int
    /// The most that there will be.
    public var epochs: Int
    /// The loss on rows that its members did not see: the log loss, or the mean square, which
    /// ``TableRun`` gives in the target's units and ``TableLearner`` in standardized ones.
    public var loss: Double
}
