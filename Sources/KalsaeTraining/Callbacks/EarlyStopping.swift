import KalsaeTensor

/// When training ends before its last epoch: the validation loss has not fallen for a while.
public struct EarlyStopping: Sendable, Equatable {
    /// After how many epochs without a new best validation loss it ends, as in Keras; 0 is as 1.
    public var patience: Int
    /// How much smaller a loss must be to count as new best.
    public var minimumChange: Double
    /// Whether the model gets back the weights of its best epoch.
    public var restoresBestWeights: Bool

    /// Makes the rule.
    public init(patience: Int = 10, minimumChange: Double = 0, restoresBestWeights: Bool = true) {
        self.patience = patience
        self.minimumChange = minimumChange
        self.restoresBestWeights = restoresBestWeights
    }

    /// Whether no further epoch is worth its time.
    func isExhausted(_ best: BestEpoch) -> Bool { best.waited >= max(patience, 1) }

    /// Notes an epoch and tells whether it is the best so far; a loss of NaN never is.
    func consider(_ loss: Double, epoch: Int, _ best: inout BestEpoch) -> Bool {
        let isBetter = best.epoch == nil ? !loss.isNaN : loss < best.loss - minimumChange
        guard isBetter else {
            best.waited += 1
            return false
        }
        best = BestEpoch(epoch: epoch, loss: loss)
        return true
    }
}
