import KalsaeBackend
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// What takes the steps of a training: one plan for a whole batch (``BatchStep``), or one for each
/// micro-batch and one for the update (``MicroBatchStep``).
package protocol BatchStepping<Model>: AnyObject {
    associatedtype Model: Layer

    /// What moves parameters; a change of its rate compiles nothing.
    var optimizer: any Optimizer { get set }
    /// The steps taken.
    var count: Int { get }
    /// The model now, as a value.
    var model: Model { get }
    /// What the optimizer remembers now, as a value.
    var optimizerState: OptimizerState { get }
    /// The model with the weights that the optimizer keeps for use outside of training.
    var averagedModel: Model { get }
    /// The sum of the weights of the last batch's rows; nil where they have none.
    var weight: Double? { get }
    /// Whether ``norms`` are told.
    var observesNorms: Bool { get }
    /// The sizes of parameters, gradients and updates in the last step.
    var norms: [ParameterNorms] { get }
    /// How often it was compiled.
    var compilations: Int { get }
    /// The plan of the last step, or of its update.
    var plan: (any Plan)? { get }

    /// Goes on from other weights.
    func restore(_ model: Model) throws
    /// Goes on from other weights and another memory of the optimizer, as after a number of steps.
    func restore(_ model: Model, _ state: OptimizerState, count: Int) throws
    /// The graph of the next step on inputs, with names and data.
    func graph(for inputs: [Tensor]) throws -> StepGraph
    /// Makes the plan for batches like this one and takes no step.
    func compile(_ batch: Batch, _ arguments: BatchArguments) throws
    /// Takes one step and returns the loss before the update.
    func run(_ batch: Batch, _ arguments: BatchArguments) throws -> Double
    /// Takes a step for each batch of as many rows, each with its rate.
    func run(_ batches: [Batch], rates: [Double], _ arguments: BatchArguments) throws
        -> StepResults
}

/// What steps gave that were taken together.
package struct StepResults {
    /// For each step that was taken the loss before its update, and how much its batch counts in a mean.
    package var losses: [(loss: Double, weight: Double)] = []
    /// What ended them early.
    package var error: (any Error)?
}

extension BatchStepping {
    /// Takes one step behind the other.
    package func run(_ batches: [Batch], rates: [Double], _ arguments: BatchArguments) throws
        -> StepResults
    {
        var results = StepResults()
        for (batch, rate) in zip(batches, rates) {
            optimizer.learningRate = rate
            do {
                let loss = try run(batch, arguments)
                results.losses.append((loss, weight ?? Double(batch.count)))
            } catch {
                results.error = error
                break
            }
        }
        return results
    }
}

extension BatchStep: BatchStepping {
    package func compile(_ batch: Batch, _ arguments: BatchArguments) throws {
        try compile(arguments.tensors(for: batch))
    }

    package func run(_ batch: Batch, _ arguments: BatchArguments) throws -> Double {
        try run(arguments.tensors(for: batch))
    }

    package func run(_ batches: [Batch], rates: [Double], _ arguments: BatchArguments) throws
        -> StepResults
    {
        guard let first = batches.first else { return StepResults() }
        let tensors = try arguments.tensors(for: first)
        let runs = try run(tensors, times: batches.count) { index throws(KalsaeError) in
            self.optimizer.learningRate = rates[index]
            _ = try arguments.tensors(for: batches[index])
        }
        var results = StepResults(error: runs.error)
        for (scalars, batch) in zip(runs.scalars, batches) {
            results.losses.append(
                (Double(scalars[0]), weight(in: scalars) ?? Double(batch.count)))
        }
        return results
    }
}
