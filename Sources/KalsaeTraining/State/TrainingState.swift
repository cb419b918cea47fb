import KalsaeTensor

/// A training at a step boundary, as one value: going on from it gives the same bits as not having
/// stopped.
///
/// ```swift
/// try await trainer.fit(data, options)           // ends in the middle: stopped, or cancelled
/// try await trainer.state.save(to: "run.state")
/// // Later, with a trainer made as the first was:
/// let state = try TrainingState(path: "run.state")
/// let history = try await other.fit(data, options, resuming: state)
/// ```
///
/// It has tensors under names, and a ``TrainingProgress``, which is `Codable`. Tensors that later
/// steps change are copied first.
public struct TrainingState: TensorTree, Sendable {
    /// Parameters and state of the model.
    public var model: NamedTensors
    /// What the optimizer remembers of each parameter.
    public var optimizer: NamedTensors
    /// The model of the best epoch, where early stopping keeps one.
    public var best: NamedTensors?
    /// All the rest.
    public var progress: TrainingProgress
    /// What a ``DivergenceGuard`` goes back to, the older one first; empty without one.
    public var good: [TrainingState] = []

    /// Walks the tensors, under `model`, `optimizer` and `best`; those of ``good`` are left out.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try model.forEachTensor(at: path.appending("model"), body)
        try optimizer.forEachTensor(at: path.appending("optimizer"), body)
        try best.forEachTensor(at: path.appending("best"), body)
    }
}
