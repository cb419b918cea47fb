import KalsaeData
import KalsaeTraining
import Synchronization
import Testing

/// What decides which runs are in a stack together: not how quick each stack is.
@Suite struct StackRepeatTests {
    /// The second of two stacks is done with its first run long before the other one, and leaves the
    /// other's next run alone: companions, and with them the order of sums, are no matter of time.
    @Test func eachStackHasRunsOfItsOwn() async throws {
        let data = try Iris.load(seed: 0)
        let epochs = [3000, 1, 1, 1]
        let runs = try epochs.map { count in
            var recipe = Recipe(for: data)
            (recipe.epochs, recipe.patience, recipe.batch) = (count, nil, 16)
            return try TrainingRun(recipe, data: data)
        }
        var stack = try StackedRuns(runs)
        stack.layout = StackLayout(stacks: 2, width: 1)
        let order = Mutex<[Int]>([])
        let results = try await stack.run(onEpoch: { run, _ in
            order.withLock { $0.append(run) }
            return true
        })
        for result in results { _ = try result.get() }
        let told = order.withLock { $0 }
        #expect(told.count == epochs.reduce(0, +))
        // Runs 0 and 2 belong to the first stack, 1 and 3 to the second.
        #expect(told.filter { $0 % 2 == 0 } == Array(repeating: 0, count: 3000) + [2])
        #expect(told.filter { $0 % 2 == 1 } == [1, 3])
    }
}
