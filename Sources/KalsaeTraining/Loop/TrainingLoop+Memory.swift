import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Whether there is the memory for a training, found before its first step.
extension TrainingLoop {
    /// Throws, once, where what the steps to come are sure to take is more than is left.
    func checkMemory(for batch: Batch) throws {
        guard !isMemoryChecked else { return }
        isMemoryChecked = true
        var need = MemoryNeed()
        need.add("activations and gradients", try step.arenaByteCount(for: batch))
        var copies = KeptCopies(
            options, steps: total - progress.steps,
            stepsPerEpoch: options.stepsPerEpoch ?? source.batchesPerEpoch)
        if progress.steps > 0 { copies = copies.resumed(hasBest: bestModel != nil) }
        copies.add(
            to: &need, model: step.model.byteCount, optimizer: step.optimizerState.byteCount)
        try need.check()
    }
}

extension Trainer {
    /// Throws where there is no memory for model and optimizer, before they are given any.
    func checkMemory(
        _ model: Model, _ optimizer: any Optimizer, _ options: FitOptions,
        stepsPerEpoch: Int?, isResumed: Bool
    ) throws {
        var need = MemoryNeed()
        let missing = model.tensors.filter { $0.tensor.node.buffer == nil }
        need.add("weights", missing.reduce(0) { $0 + $1.tensor.byteCount })
        let remembered = OptimizerState(for: model, optimizer).byteCount
        need.add("what the optimizer remembers", remembered)
        if !isResumed {
            let steps =
                options.steps
                ?? stepsPerEpoch.map { StepCount.total(epochs: options.epochs, perEpoch: $0) }
            KeptCopies(options, steps: steps ?? .max, stepsPerEpoch: stepsPerEpoch)
                .add(to: &need, model: model.byteCount, optimizer: remembered)
        }
        try need.check()
    }
}
