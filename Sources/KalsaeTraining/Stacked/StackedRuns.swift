import KalsaeBackend
import KalsaeData
import KalsaeLayers
import KalsaeSupport

/// Runs on the same data whose recipes differ in numbers only, trained as one plan with a leading axis
/// of members: many small networks in the time of a few.
///
/// ```swift
/// let runs = try rates.map { rate in
///     var recipe = recipe
///     recipe.learningRate = rate
///     return try TrainingRun(recipe, data: data)
/// }
/// for result in try await StackedRuns(runs).run() { print(try result.get().validation) }
/// ```
///
/// A member has the weights, batches, random numbers and updates that its run has alone; what comes
/// out is the same but for the order of sums.
public struct StackedRuns: Sendable {
    /// The runs, in the order of the results.
    public let runs: [TrainingRun]
    /// How they are divided; nil to choose it.
    package var layout: StackLayout?

    /// Pairs runs.
    ///
    /// - Throws: a `KalsaeError` for runs that cannot train together: see ``groups(of:)``.
    public init(_ runs: [TrainingRun]) throws(KalsaeError) {
        guard let first = runs.first else {
            throw KalsaeError("stack", expected: "at least one run", got: "none")
        }
        if let reason = Self.obstacle(first.data) {
            throw KalsaeError(
                "stack", expected: "data in memory", got: reason,
                advice: "train the runs one by one")
        }
        let isOfOneGroup = Self.groups(of: runs.map(\.recipe)).count == 1
        guard isOfOneGroup, runs.allSatisfy({ $0.data.isSame(as: first.data) }) else {
            throw KalsaeError(
                "stack", expected: "runs on the same data that differ in numbers only",
                got: isOfOneGroup ? "other data" : "recipes of several groups",
                advice: "divide them by StackedRuns.groups(of:)")
        }
        self.runs = runs
    }

    /// Trains and measures all runs.
    ///
    /// A run whose loss is not finite fails with the error that it has alone, and the others go on.
    /// One that has ended (its epochs are over, its patience is, or `onEpoch` says so) is computed no
    /// further once half of the stack has ended. A `TrainingStop` thrown by a closure ends all runs
    /// there, with the weights of their best epochs; another error is thrown.
    ///
    /// - Parameters:
    ///   - onStep: called after each step of each run with its number.
    ///   - onEpoch: called after each epoch of each run with its number; false ends the run, as a
    ///     `TrainingStop` ends it alone.
    /// - Returns: for each run what came of it.
    /// - Throws: what a closure throws, a fault of the networks, or a `CancellationError`.
    public func run(
        onStep: (@Sendable (Int, StepRecord) throws -> Void)? = nil,
        onEpoch: (@Sendable (Int, EpochRecord) throws -> Bool)? = nil
    ) async throws -> [Result<TrainingRun.Outcome, KalsaeError>] {
        let layout = layout ?? StackLayout(for: runs[0], count: runs.count)
        let queue = try StackQueue(
            runs, stacks: layout.stacks, onStep: onStep, onEpoch: onEpoch)
        if layout.stacks == 1 {
            try await StackedTrainer().train(queue, layout)
        } else {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for stack in 0..<layout.stacks {
                    group.addTask {
                        try await SingleThreadedPlans.$areInForce.withValue(true) {
                            try await StackedTraining.train(queue, stack: stack, layout)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try Task.checkCancellation()
        return queue.outcomes
    }
}

extension DataParts {
    /// Whether the rows are those of other parts.
    fileprivate func isSame(as other: DataParts) -> Bool {
        other.streamed == nil && train == other.train && validation == other.validation
            && test == other.test
    }
}

/// Carries out stacks.
private enum StackedTraining {
    /// Trains a stack's members until no run is left; other tasks have their turn in between.
    static func train(
        _ queue: StackQueue, stack: Int, _ layout: StackLayout,
        isolation: isolated (any Actor)? = #isolation
    ) async throws {
        let loop = try StackedLoop(queue, stack: stack, width: layout.width)
        let clock = ContinuousClock()
        var turn = clock.now
        while try loop.advance() {
            guard turn.duration(to: clock.now) >= .milliseconds(1) else { continue }
            await Task.yield()
            turn = clock.now
        }
    }
}

/// Trains one stack on the thread of the plans, so that its steps may use all cores.
private actor StackedTrainer {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    func train(_ queue: StackQueue, _ layout: StackLayout) async throws {
        try await StackedTraining.train(queue, stack: 0, layout)
    }
}
