import KalsaeData
import KalsaeGraph
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

extension StackedRuns {
    /// The recipes that can train together: their positions, groups and members in the order of the
    /// recipes.
    ///
    /// Such recipes have the same network, batches, number of steps where one is given, weights of
    /// classes, and an optimizer that computes the same of its numbers; learning rates, schedules,
    /// decay, momenta, limits, epochs, patience, what epochs are judged by, and seeds may differ.
    ///
    /// A group of one is a recipe that changes images at random, whose random numbers and kernels are
    /// computed member by member, so that a stack gains nothing; that records gradients, which a stack
    /// does not tell; or whose optimizer is refused. Tables that are streamed and images in files are
    /// refused by ``init(_:)``: each run reads them on its own.
    public static func groups(of recipes: [Recipe]) -> [[Int]] {
        var known: [(key: StackKey, group: Int)] = []
        var groups: [[Int]] = []
        for (index, recipe) in recipes.enumerated() {
            let key = StackKey(recipe)
            if let key, let found = known.first(where: { $0.key == key }) {
                groups[found.group].append(index)
                continue
            }
            if let key { known.append((key, groups.count)) }
            groups.append([index])
        }
        return groups
    }

    /// Why runs on data cannot be stacked; nil where they can.
    static func obstacle(_ data: DataParts) -> String? {
        if data.streamed != nil { return "a table that is streamed" }
        for part in [data.train, data.validation, data.test] {
            if case .images = part.features { return "images in files" }
        }
        return nil
    }
}

/// What recipes of a stack have in common.
private struct StackKey: Equatable {
    /// The recipe without what may differ.
    private let recipe: Recipe
    /// What the optimizer computes for a matrix and a vector, and the number of its scalars.
    private let update: Graph
    private let scalars: [String]

    /// Nil for a recipe that trains alone.
    init?(_ recipe: Recipe) {
        guard recipe.augmentations.isEmpty, !recipe.logsGradients, recipe.microBatches == 1,
            let optimizer = try? recipe.makeOptimizer()
        else { return nil }
        var common = recipe
        (common.optimizer, common.optimizerSettings, common.learningRate) = (.sgd, [:], 1)
        (common.schedule, common.customSchedule) = (.constant, nil)
        (common.clipNorm, common.weightDecay) = (nil, nil)
        (common.epochs, common.patience, common.monitor, common.seed) = (1, nil, "loss", 0)
        self.recipe = common
        scalars = optimizer.scalars(step: 1).names
        guard let update = try? Self.update(of: optimizer) else { return nil }
        self.update = update
    }

    private static func update(of optimizer: any Optimizer) throws -> Graph {
        let weights = [Tensor.zeros([2, 3]), Tensor.zeros([3])]
        let scalars = Tensor(optimizer.scalars(step: 1).values.map { Float($0) })
        let step = try CompiledStep(
            TensorPair(weights, OptimizerState(for: weights, optimizer))
        ) { state, inputs in
            state.first = optimizer.updated(
                state.first, gradient: Array(inputs[1...]), state: &state.second,
                scalars: inputs[0])
            return []
        }
        let gradients = [Tensor.zeros([2, 3]), Tensor.zeros([3])]
        try gradients.evaluate()
        return try step.bareGraph(for: [scalars] + gradients)
    }
}
