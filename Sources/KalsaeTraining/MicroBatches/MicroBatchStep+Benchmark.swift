import KalsaeDistributed
import KalsaeLayers
import KalsaeOptimizers

/// What measuring needs.
extension MicroBatchStep {
    /// A step from a model on, as of a new training.
    convenience init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int, microBatches: Int,
        group: (any ProcessGroup)?
    ) throws {
        try self.init(
            model, loss: loss, optimizer: optimizer, state: OptimizerState(for: model, optimizer),
            count: 0, seed: seed, extras: StepExtras(), microBatches: microBatches, group: group,
            prepare: BatchInputs.prepared)
    }

    /// Bytes of the vector that is summed; 0 before the first step.
    var sumBytes: Int { sums?.byteCount ?? 0 }

    /// Seconds of waiting for sums, in all steps.
    var secondsWaited: Double { sums?.exchange?.secondsWaited ?? 0 }

    /// Exchanges what the last step has left, as another step would.
    func exchangeAgain() throws {
        guard let sums, let exchange = sums.exchange else { return }
        exchange.begin(lastParts, count + 1)
        for bucket in sums.buckets {
            try exchange.start(bucket.range, of: sums.partial.pointers())
        }
        try exchange.finish()
    }
}
