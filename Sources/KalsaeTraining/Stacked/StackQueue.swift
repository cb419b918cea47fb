import KalsaeData
import KalsaeLayers
import KalsaeSupport
import Synchronization

/// What the stacks of some runs share: data, closures, runs that have not begun, and results.
final class StackQueue: Sendable {
    typealias OnStep = @Sendable (Int, StepRecord) throws -> Void
    typealias OnEpoch = @Sendable (Int, EpochRecord) throws -> Bool
    typealias Outcome = Result<TrainingRun.Outcome, KalsaeError>

    private struct State {
        /// The next run of each stack.
        var next: [Int]
        var results: [Outcome?]
        var stop: TrainingStop?
    }

    let runs: [TrainingRun]
    let train: Dataset, validation: Dataset
    let classWeights: [Double]?
    let rows: RunMeasures.Rows
    let lastBatch: LastBatch
    private let onStep: OnStep?
    private let onEpoch: OnEpoch?
    private let state: Mutex<State>
    /// Closures are called by one stack at a time.
    private let turn = Mutex<Void>(())

    /// - Parameter stacks: how many stacks train the runs side by side.
    init(
        _ runs: [TrainingRun], stacks: Int, onStep: OnStep?, onEpoch: OnEpoch?
    ) throws {
        (self.runs, self.onStep, self.onEpoch) = (runs, onStep, onEpoch)
        let first = runs[0]
        (train, validation, classWeights) = try first.weightedParts()
        rows = try RunMeasures.Rows(first.data)
        let evaluator = try Evaluator(
            first.model, loss: first.data.train.targets.loss, metrics: first.metrics)
        for part in [train, validation] { try evaluator.checkMetrics(part.batches(of: 1)) }
        lastBatch =
            first.fitOptions(validation: validation)
            .joiningSingleRow(of: train, for: first.model, seed: first.recipe.seed).lastBatch
        state = Mutex(State(next: Array(0..<stacks), results: runs.map { _ in nil }))
    }

    /// The next run of a stack as its member; nil where there is none left. One that cannot begin has
    /// its error as the result.
    ///
    /// Each stack has runs of its own, one in so many, so that a run has the same companions, and the
    /// same bits, however quick each stack is.
    func next(of stack: Int) throws -> StackMember? {
        while let index = state.withLock({ state -> Int? in
            let index = state.next[stack]
            guard state.stop == nil, index < runs.count else { return nil }
            state.next[stack] += state.next.count
            return index
        }) {
            var options = runs[index].fitOptions(validation: validation)
            options.lastBatch = lastBatch
            do {
                return try StackMember(index, runs[index], options, train)
            } catch let error as KalsaeError {
                finish(index, .failure(error))
            }
        }
        return nil
    }

    /// Keeps what came of a run.
    func finish(_ index: Int, _ outcome: Outcome) {
        state.withLock { $0.results[index] = outcome }
    }

    /// What a closure asked for, which ends all stacks.
    var stop: TrainingStop? { state.withLock { $0.stop } }

    /// Tells of a step.
    func tell(_ member: StackMember, loss: Double) throws {
        guard let onStep else { return }
        let record = member.record(loss: loss).inUnits(runs[0].data.train.targets)
        _ = try heed { try onStep(member.index, record) }
    }

    /// Tells of an epoch and returns whether the run goes on.
    func tell(_ member: StackMember, _ record: EpochRecord) throws -> Bool {
        guard let onEpoch else { return true }
        let targets = runs[0].data.train.targets
        let record = record.inUnits(targets).withRMSE(targets)
        return try heed { try onEpoch(member.index, record) } ?? true
    }

    private func heed<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try turn.withLock { _ in stop == nil ? try body() : nil }
        } catch let stop as TrainingStop {
            state.withLock { $0.stop = $0.stop ?? stop }
            return nil
        }
    }

    /// What came of each run; one that had not begun when all were stopped has failed.
    var outcomes: [Outcome] {
        state.withLock { state in
            state.results.map { result in
                result
                    ?? .failure(
                        KalsaeError(
                            "training", expected: "a first step",
                            got: "the stop of all runs before it: \(state.stop?.reason ?? "")"))
            }
        }
    }
}
