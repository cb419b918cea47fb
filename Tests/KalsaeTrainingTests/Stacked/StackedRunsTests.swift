import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Runs in stacks against the same runs one by one.
@Suite struct StackedRunsTests {
    /// Stacks of one member, of all members, of fewer than there are runs, and side by side.
    private static let layouts = [
        StackLayout(stacks: 1, width: 5), StackLayout(stacks: 1, width: 2),
        StackLayout(stacks: 2, width: 2), StackLayout(stacks: 3, width: 1),
    ]

    /// Changes of a recipe, one for each member.
    private typealias Changes = @Sendable (inout Recipe, Int) -> Void

    private func recipe(_ data: DataParts, _ optimizer: String = "adam") throws -> Recipe {
        let name = try #require(Recipe.OptimizerName(rawValue: optimizer))
        var recipe = Recipe(for: data, optimizer: name)
        // 105 rows: six batches of 16 and one of 9.
        (recipe.epochs, recipe.patience, recipe.batch) = (3, nil, 16)
        return recipe
    }

    private func runs(
        _ data: DataParts, _ base: Recipe, count: Int = 5, _ change: Changes
    ) throws -> [TrainingRun] {
        try (0..<count).map { member in
            var recipe = base
            recipe.seed = 10 + member
            recipe.learningRate = base.learningRate * Double(1 + member) / 3
            change(&recipe, member)
            return try TrainingRun(recipe, data: data)
        }
    }

    /// The outcomes of a stack, or of runs one by one.
    private func outcomes(
        _ runs: [TrainingRun], _ layout: StackLayout?
    ) async throws -> [Result<TrainingRun.Outcome, KalsaeError>] {
        guard let layout else {
            var alone: [Result<TrainingRun.Outcome, KalsaeError>] = []
            for run in runs {
                do {
                    alone.append(.success(try await run.run()))
                } catch let error as KalsaeError {
                    alone.append(.failure(error))
                }
            }
            return alone
        }
        var stack = try StackedRuns(runs)
        stack.layout = layout
        return try await stack.run()
    }

    private func check(
        _ data: DataParts, _ base: Recipe, tolerance: Double = 2e-5,
        layouts: [StackLayout] = layouts, _ change: Changes = { _, _ in }
    ) async throws {
        let runs = try runs(data, base, change)
        #expect(StackedRuns.groups(of: runs.map(\.recipe)) == [Array(runs.indices)])
        let alone = try await outcomes(runs, nil)
        for layout in layouts {
            try SameOutcomes.expect(
                try await outcomes(runs, layout), alone, tolerance: tolerance, "\(layout)")
        }
    }

    private func iris() throws -> DataParts {
        try NamedSet.iris.load(
            fractions: Split.Fractions(validation: 0.15, test: 0.15), seed: 1)
    }

    @Test(arguments: ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop"])
    func membersTrainAsAlone(_ optimizer: String) async throws {
        let data = try iris()
        #expect(data.train.count % 16 > 1)
        var base = try recipe(data, "sgd")
        if let name = Recipe.OptimizerName(rawValue: optimizer) {
            base = try recipe(data, name.rawValue)
        }
        try await check(data, base) { recipe, member in
            if optimizer == "momentum" || optimizer == "nesterov" {
                recipe.optimizer = .sgd
                recipe.optimizerSettings["momentum"] = .number(0.5 + 0.1 * Double(member))
                if optimizer == "nesterov" { recipe.optimizerSettings["nesterov"] = .flag(true) }
            }
            if optimizer == "adam" {
                recipe.optimizerSettings["beta1"] = .number(0.8 + 0.03 * Double(member))
            }
            recipe.weightDecay = 0.01 * Double(1 + member)
            recipe.clipNorm = 0.1 + Double(member)
        }
    }

    @Test func schedulesAndLengthsAreTheMembersOwn() async throws {
        let data = try iris()
        try await check(data, try recipe(data)) { recipe, member in
            recipe.schedule = member % 2 == 0 ? .constant : .warmupCosine
            if member == 3 { recipe.schedule = .plateau }
            recipe.epochs = [1, 4, 2, 6, 3][member]
            recipe.monitor = member == 2 ? "accuracy" : "loss"
        }
    }

    @Test func aNumberOfStepsMayEndWithinAnEpoch() async throws {
        let data = try iris()
        var base = try recipe(data)
        base.steps = 17
        try await check(data, base)
    }

    /// Dropout draws what it draws alone; batch norm reports the statistics of each member's batch.
    @Test func layersWithRandomNumbersAndStatistics() async throws {
        let data = try iris()
        var base = try recipe(data)
        base.network = .layers(
            [
                .dense(units: 8, activation: .relu), .batchNorm, .dropout(rate: 0.3),
                .dense(units: 3),
            ], name: "layers")
        // Batch norm divides by deviations of a few rows, which multiplies what sums differ by.
        try await check(data, base, tolerance: 2e-4)
        // A last batch of one row joins the one before, as alone.
        base.batch = data.train.count - 1
        try await check(data, base, tolerance: 2e-4, layouts: [StackLayout(stacks: 1, width: 3)])
    }

    @Test func weightsOfClassesAndNumbersAsTargets() async throws {
        let data = try iris()
        var base = try recipe(data)
        base.classWeights = .named(["versicolor": 3])
        try await check(data, base)
        let width = 6
        func part(_ count: Int, _ seed: UInt64) throws -> LabeledData {
            var random = Philox(seed: seed, stream: 5)
            let features = (0..<(count * width)).map { _ in
                Float(random.next(below: 2000)) / 1000 - 1
            }
            let targets = (0..<count).map { row in
                features[row * width] - 2 * features[row * width + 1] * features[row * width + 2]
            }
            return try LabeledData(
                features: .floats(features), featureShape: [width],
                targets: .values(targets, scale: TargetScale(mean: 3, deviation: 2)))
        }
        let numbers = DataParts(
            name: "numbers", train: try part(100, 1), validation: try part(30, 2),
            test: try part(20, 3))
        try await check(numbers, try recipe(numbers))
    }

    @Test func membersEndByTheirOwnPatience() async throws {
        let data = try iris()
        var base = try recipe(data, "sgd")
        (base.epochs, base.patience) = (40, 2)
        let runs = try runs(data, base) { recipe, member in
            recipe.learningRate = [0.9, 0.05, 1.8, 0.3, 2.6][member]
        }
        let alone = try await outcomes(runs, nil)
        let epochs = try alone.map { try $0.get().history.epochs.count }
        #expect(Set(epochs).count > 2)
        for layout in Self.layouts {
            // Up to 280 steps.
            try SameOutcomes.expect(
                try await outcomes(runs, layout), alone, tolerance: 5e-4, "\(layout)")
        }
    }

    @Test func aMemberWithoutAFiniteLossFailsAlone() async throws {
        let data = try iris()
        var base = try recipe(data, "sgd")
        // Without the limits of tanh products of three layers leave the range of float32.
        base.activation = .relu
        let runs = try runs(data, base) { recipe, member in
            if member == 1 { recipe.learningRate = 1e30 }
        }
        let alone = try await outcomes(runs, nil)
        #expect((try? alone[1].get()) == nil)
        for layout in Self.layouts {
            try SameOutcomes.expect(try await outcomes(runs, layout), alone, "\(layout)")
        }
    }

    @Test func closuresEndOneOrAll() async throws {
        let data = try iris()
        let runs = try runs(data, try recipe(data)) { _, _ in }
        for layout in Self.layouts {
            var stack = try StackedRuns(runs)
            stack.layout = layout
            let pruned = try await stack.run(onEpoch: { member, record in
                !(member == 1 && record.epoch == 2)
            })
            for (member, result) in pruned.enumerated() {
                let history = try result.get().history
                #expect(history.epochs.count == (member == 1 ? 2 : 3))
                #expect(history.end == (member == 1 ? .stopped(reason: "") : .completed))
                #expect(history.restoredEpoch != nil)
            }
            let stopped = try await stack.run(onStep: { member, record in
                if member == 0, record.step == 9 { throw TrainingStop("enough") }
            })
            let first = try stopped[0].get()
            #expect(first.steps == 9 && first.history.end == .stopped(reason: "enough"))
            #expect(first.history.restoredEpoch == 1)
            for result in stopped {
                guard case .success(let outcome) = result else { continue }
                let isOver = outcome.history.end == .completed
                // Of stacks side by side another one may hear of it behind its last step.
                let most = layout.stacks == 1 ? 20 : 21
                #expect(isOver ? outcome.steps == 21 : outcome.steps <= most)
            }
            await #expect(throws: CancellationError.self) {
                _ = try await stack.run(onEpoch: { _, _ in throw CancellationError() })
            }
        }
    }

    /// One plan for each size of batches, one for validation, three to measure with and few besides,
    /// however many members there are.
    @Test func plansDoNotGrowWithTheMembers() async throws {
        let data = try iris()
        func plans(_ count: Int, hidden: Int) async throws -> Int {
            var base = try recipe(data)
            base.network = .sizes(NetworkSizes(sizes: [4, hidden, 3]))
            var stack = try StackedRuns(try runs(data, base, count: count) { _, _ in })
            stack.layout = StackLayout(stacks: 1, width: count)
            return try await Counters.measure { try await stack.run() }.counts.plansCompiled
        }
        // Sizes that no other test has, whose plans are known to none.
        let few = try await plans(3, hidden: 37)
        let many = try await plans(24, hidden: 41)
        #expect(few >= 6 && many <= few + 1 && many <= 20, "\(few), \(many)")
    }

    @Test func groupsDifferInMoreThanNumbers() throws {
        let data = try iris()
        let base = try recipe(data)
        func changed(_ change: (inout Recipe) -> Void) -> Recipe {
            var recipe = base
            change(&recipe)
            return recipe
        }
        let recipes = [
            base, changed { $0.learningRate = 1 }, changed { $0.optimizer = .adamw },
            changed { $0.batch = 8 }, changed { $0.seed = 4 },
            changed { $0.weightDecay = 0.1 }, changed { $0.weightDecay = 0.2 },
            changed { ($0.optimizer, $0.optimizerSettings["momentum"]) = (.sgd, .number(0.9)) },
            changed { $0.optimizer = .sgd },
            changed { ($0.optimizer, $0.optimizerSettings["momentum"]) = (.sgd, .number(0.5)) },
            changed { $0.logsGradients = true }, changed { $0.logsGradients = true },
            changed { $0.clipNorm = -1 },
        ]
        #expect(
            StackedRuns.groups(of: recipes) == [
                [0, 1, 4], [2], [3], [5, 6], [7, 9], [8], [10], [11], [12],
            ])
    }

    @Test func whatCannotBeStackedIsRefused() throws {
        let data = try iris()
        let base = try recipe(data)
        var other = base
        other.batch = 8
        let mixed = [
            try TrainingRun(base, data: data), try TrainingRun(other, data: data),
        ]
        #expect(throws: KalsaeError.self) { try StackedRuns(mixed) }
        #expect(throws: KalsaeError.self) { try StackedRuns([]) }
        let others = try NamedSet.iris.load(seed: 2)
        let apart = [
            try TrainingRun(base, data: data), try TrainingRun(base, data: others),
        ]
        #expect(throws: KalsaeError.self) { try StackedRuns(apart) }
    }

    @Test func largeNetworksAreAloneInTheirStack() throws {
        let data = try iris()
        var base = try recipe(data)
        let small = StackLayout(for: try TrainingRun(base, data: data), count: 100)
        #expect(small.width > 8 && small.stacks >= 1)
        base.network = .sizes(NetworkSizes(sizes: [4, 600, 600, 3]))
        let large = StackLayout(for: try TrainingRun(base, data: data), count: 100)
        #expect(large.width == 1)
    }
}
