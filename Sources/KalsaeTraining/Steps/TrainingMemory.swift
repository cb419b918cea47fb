/// Bytes that training a network takes beside its data, as `kalsae train` does it.
///
/// The arena is that of the compiled step: activations, gradients and what kernels need besides,
/// each in its place from its first to its last use, so that it is the peak of all of them and not
/// their sum. The others are tensors that stay.
public struct TrainingMemory: Sendable, Equatable {
    /// Parameters, and state as running means.
    public var model: Int
    /// What the optimizer remembers.
    public var optimizer: Int
    /// Inputs and targets of a batch.
    public var batch: Int
    /// The peak of activations and gradients.
    public var arena: Int
    /// Gradients of micro-batches that are being summed; 0 for whole batches.
    public var sums = 0
    /// The model of the best epoch.
    public var best = 0
    /// Model and optimizer at a boundary from which steps can be taken again (``Autopsy``), or which
    /// is being written as a checkpoint.
    public var boundary = 0
    /// What the arena of measuring has beyond that of the step, in the place of which it comes; fewer
    /// rows are measured at once where memory is short.
    public var measuring = 0

    /// What a step takes, without copies that are kept beside.
    public var ofStep: Int { model + optimizer + batch + arena + sums }
    /// All of it.
    public var total: Int { ofStep + best + boundary + measuring }
}
