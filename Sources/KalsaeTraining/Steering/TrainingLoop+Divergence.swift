import KalsaeLayers
import KalsaeOptimizers

/// The guard against divergence at work.
extension TrainingLoop {
    /// Whether the training goes on behind a loss; where it must not, it is back at a good state.
    ///
    /// - Parameter position: where the batch of the loss stands.
    func recovers(from loss: Double, at position: BatchPosition) throws -> Bool {
        guard let rule = divergenceGuard, let good = goodStates.first else { return false }
        let recoveries = (progress.divergence?.recoveries ?? 0) + 1
        guard recoveries <= rule.most else { return false }
        let reason =
            "guard: loss \(Float(loss)) at step \(progress.steps), back at step "
            + "\(good.progress.fit?.steps ?? 0)"
        let rate = learningRate * rule.factor
        let last = progress.divergence?.last
        try restore(good)
        progress.divergence?.recoveries = recoveries
        try intervene(
            .setting(SettingName.learningRate, .number(rate)), reason: reason)
        // The loss is that before its own update: the batch before may have spoilt the weights.
        for position in [last, position].compactMap({ $0 }) {
            try intervene(.skip(position), reason: reason)
        }
        progress.divergence?.last = nil
        // Going back once more keeps both.
        goodStates = [bareSnapshot]
        return true
    }

    /// Keeps this boundary's state where an interval of steps is over.
    func keepGoodState() {
        guard let rule = divergenceGuard, progress.steps % rule.interval == 0 || goodStates.isEmpty
        else { return }
        goodStates = goodStates.suffix(1) + [bareSnapshot]
    }
}
