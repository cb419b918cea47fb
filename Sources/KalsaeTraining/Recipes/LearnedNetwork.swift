/// A network as its training left it, before it is measured: what is kept of it then is there whatever
/// happens while it is measured, which may take long.
public struct LearnedNetwork: Sendable {
    /// The network with what predicting needs, but for what measuring finds: the intervals around
    /// predicted numbers, and the threshold with the best F1.
    public var file: ModelFile
    /// The course of the training, in the units of what is learned.
    public var history: History
    /// Where the training ended, before the weights of its best epoch came back: it can go on from there.
    public var state: TrainingState
}
