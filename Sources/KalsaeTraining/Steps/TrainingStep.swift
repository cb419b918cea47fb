import KalsaeBackend
import KalsaeData
import KalsaeDistributed
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// The training step of batches: rows of a set in memory are gathered by number inside of the plan.
package final class TrainingStep<Model: Layer> {
    private var step: any BatchStepping<Model>
    private let loss: Loss
    private let extras: StepExtras
    private let seed: Int
    private let microBatches: Int
    private let group: (any ProcessGroup)?
    /// Tells the other ranks of all that happens to this one, while a training loop on rank 0 leads.
    var leader: RankLeader?
    private let arguments: BatchArguments
    /// Compilations of steps before a change of settings.
    private var formerCompilations = 0

    /// - Parameters:
    ///   - microBatches: into how many parts each batch is cut; 1 for none.
    ///   - group: the processes that take each step together, each some of its micro-batches.
    package init(
        _ model: Model, loss: Loss, optimizer: any Optimizer, seed: Int,
        extras: StepExtras = StepExtras(), microBatches: Int = 1, group: (any ProcessGroup)? = nil
    ) throws {
        (self.loss, self.extras, self.seed) = (loss, extras, seed)
        (self.microBatches, self.group) = (microBatches, group)
        arguments = try BatchArguments()
        step = try Self.step(
            model, loss, optimizer, OptimizerState(for: model, optimizer), count: 0, seed, extras,
            microBatches, group)
    }

    private static func step(
        _ model: Model, _ loss: Loss, _ optimizer: any Optimizer, _ state: OptimizerState,
        count: Int, _ seed: Int, _ extras: StepExtras, _ microBatches: Int,
        _ group: (any ProcessGroup)?
    ) throws -> any BatchStepping<Model> {
        guard microBatches == 1, group?.size ?? 1 == 1 else {
            return try MicroBatchStep(
                model, loss: loss, optimizer: optimizer, state: state, count: count, seed: seed,
                extras: extras, microBatches: microBatches, group: group,
                prepare: BatchInputs.prepared)
        }
        return try BatchStep(
            model, loss: loss, optimizer: optimizer, state: state, count: count, seed: seed,
            extras: extras, prepare: BatchInputs.prepared)
    }

    /// Goes on with another optimizer, and with a model of the same tensors, traced anew.
    ///
    /// - Throws: a `KalsaeError` where the optimizer remembers other tensors than the last one.
    package func reconfigure(model: Model?, optimizer: any Optimizer) throws {
        let state = step.optimizerState
        let model = model ?? step.model
        let fresh = OptimizerState(for: model, optimizer)
        try Self.checkSlots(
            state.tensors.map(\.tensor.type), are: fresh.tensors.map(\.tensor.type))
        try optimizer.check(for: model)
        formerCompilations += step.compilations
        step = try Self.step(
            model, loss, optimizer, state, count: step.count, seed, extras, microBatches,
            group)
    }

    /// Throws where an optimizer of other settings remembers other tensors.
    static func checkSlots(_ now: [TensorType], are fresh: [TensorType]) throws(KalsaeError) {
        guard fresh == now else {
            throw KalsaeError(
                "setting", expected: "one with which the optimizer remembers what it did",
                got: "other tensors", advice: "branch from a checkpoint instead")
        }
    }

    /// A step of its own that does what this one does, from the same state on.
    package func replica() throws -> TrainingStep {
        var extras = extras
        extras.observesNorms = false
        let copy = try TrainingStep(
            step.model, loss: loss, optimizer: optimizer, seed: seed, extras: extras,
            microBatches: microBatches)
        try copy.restore(step.model, step.optimizerState, count: step.count)
        return copy
    }

    /// The graph of the next step on a batch, whose rows are gathered first.
    package func graph(for batch: Batch) throws -> StepGraph {
        try step.graph(for: BatchInputs.gathered(batch))
    }

    /// Bytes of intermediate values in the step of a batch, which is compiled for it.
    func arenaByteCount(for batch: Batch) throws -> Int {
        try step.compile(batch, arguments)
        return step.plan?.arenaByteCount ?? 0
    }

    package var model: Model { step.model }
    package var optimizerState: OptimizerState { step.optimizerState }
    package var averagedModel: Model { step.averagedModel }
    package var count: Int { step.count }
    /// How often it was compiled.
    package var compilations: Int { formerCompilations + step.compilations }
    package var plan: (any Plan)? { step.plan }
    package var observesNorms: Bool { step.observesNorms }
    package var norms: [ParameterNorms] { step.norms }
    package var optimizer: any Optimizer {
        get { step.optimizer }
        set { step.optimizer = newValue }
    }

    package func restore(_ model: Model) throws {
        try step.restore(model)
        try broadcast()
    }

    /// Gives the other ranks the model and what the optimizer remembers.
    func broadcast() throws {
        guard let leader else { return }
        let tensors = step.model.tensors + step.optimizerState.tensors
        try leader.send(tensors.map(\.tensor), count: count)
    }

    /// A checksum of the bits of all weights, and of what the optimizer remembers.
    var checksum: UInt64 {
        get throws {
            let tensors = step.model.tensors + step.optimizerState.tensors
            return try tensors.reduce(Checksum.fnv1a(UnsafeRawBufferPointer(start: nil, count: 0)))
            {
                sum, entry in
                try entry.tensor.evaluatedBuffer().withHostBytes { bytes in
                    Checksum.fnv1a(
                        UnsafeRawBufferPointer(rebasing: bytes.prefix(entry.tensor.byteCount)),
                        after: sum)
                }
            }
        }
    }

    /// Goes on from other weights and another memory of the optimizer, as after a number of steps.
    package func restore(_ model: Model, _ state: OptimizerState, count: Int) throws {
        try step.restore(model, state, count: count)
        try broadcast()
    }

    /// Takes one step and returns the loss before the update, whatever it is.
    ///
    /// - Parameter position: where the batch is in its source, for the other ranks.
    package func runUnchecked(
        _ batch: Batch, at position: BatchPosition = BatchPosition()
    ) throws -> Double {
        if let leader {
            try leader.step(count + 1, at: position, rate: optimizer.learningRate)
        }
        return try step.run(batch, arguments)
    }

    /// Whether a batch may be one of several whose steps are taken together: what it has is rewritten in
    /// place, and nobody has to know of each step.
    func joins(_ batch: Batch) -> Bool {
        guard case .rows = batch.storage else { return false }
        return leader == nil && !observesNorms
    }

    /// Takes a step for each batch, together those of as many rows, each with its rate.
    func run(_ batches: [Batch], rates: [Double]) throws -> StepResults {
        var results = StepResults()
        var rest = batches[...]
        while results.error == nil, let size = rest.first?.count {
            let first = rest.startIndex
            let same = rest.prefix { $0.count == size }
            rest = rest.dropFirst(same.count)
            let next = try step.run(
                Array(same), rates: Array(rates[first..<first + same.count]), arguments)
            results.losses += next.losses
            results.error = next.error
        }
        return results
    }

    /// Takes one step and returns the loss before the update, which must be finite.
    package func run(_ batch: Batch) throws -> Double {
        let value = try runUnchecked(batch)
        guard value.isFinite else {
            throw KalsaeError(
                "training", expected: "a finite loss", got: "\(value) at step \(count)",
                advice: "use a smaller learning rate, or look for wrong numbers in the data")
        }
        return value
    }

    /// How much the last batch counts in the mean over an epoch: its rows, or their weights.
    package func weight(of batch: Batch) -> Double { step.weight ?? Double(batch.count) }
}
