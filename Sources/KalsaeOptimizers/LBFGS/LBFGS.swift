import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// L-BFGS (Nocedal, 1980; Liu and Nocedal, 1989): minimizes a function of a model on all data at
/// once, by a direction that the last steps have taught.
///
/// It asks for value and gradient several times a step, so it is no ``Optimizer`` of one parameter
/// but a driver over a function. The direction is `-H g`, with `H` built from the last `memory`
/// pairs of steps and changes of the gradient (Nocedal and Wright, algorithm 7.4). The vectors of
/// the direction are kept in `Double`.
public struct LBFGS: Sendable {
    /// How far to go along a direction.
    public enum StepRule: Sendable, Equatable {
        /// As far as the strong Wolfe conditions ask for.
        case strongWolfe
        /// A fixed rate; the first step is at most `rate / Σ|g|`, as in PyTorch.
        case fixed(rate: Double)
    }

    /// Why it ended.
    public enum End: String, Sendable {
        /// The largest component of the gradient is within ``LBFGS/gradientTolerance``.
        case smallGradient
        /// The last step changed the value, or every number, by less than the tolerance.
        case smallChange
        /// All iterations were taken.
        case iterations
        /// No lower value was found along the direction, or the value is not finite.
        case noDescent
    }

    /// What came of it.
    public struct Outcome<Tree: TensorTree> {
        /// The model with the lowest value that was found.
        public var model: Tree
        /// The function's value there.
        public var value: Double
        /// Steps taken.
        public var iterations: Int
        /// How often value and gradient were computed.
        public var evaluations: Int
        /// Why it ended.
        public var end: End
    }

    /// How many steps are remembered.
    public var memory: Int
    /// The most steps.
    public var maximumIterations: Int
    /// It ends where no component of the gradient is larger.
    public var gradientTolerance: Double
    /// It ends where neither the value nor any number changes by more.
    public var changeTolerance: Double
    /// How far to go along a direction.
    public var stepRule: StepRule

    /// Makes the driver.
    public init(
        memory: Int = 10, maximumIterations: Int = 100, gradientTolerance: Double = 1e-7,
        changeTolerance: Double = 1e-12, stepRule: StepRule = .strongWolfe
    ) {
        self.memory = memory
        self.maximumIterations = maximumIterations
        self.gradientTolerance = gradientTolerance
        self.changeTolerance = changeTolerance
        self.stepRule = stepRule
    }

    /// Refuses counts below 1, negative tolerances and a rate of 0.
    public func check() throws(KalsaeError) {
        let rate: Double
        if case .fixed(let fixed) = stepRule { rate = fixed } else { rate = 1 }
        let settings: [(String, Double, SettingRule)] = [
            ("memory", Double(memory), .positive),
            ("maximumIterations", Double(maximumIterations), .notNegative),
            ("gradientTolerance", gradientTolerance, .notNegative),
            ("changeTolerance", changeTolerance, .notNegative), ("rate", rate, .positive),
        ]
        for (name, value, rule) in settings where !rule.allows(value) {
            throw KalsaeError("L-BFGS", expected: "\(name) \(rule.rawValue)", got: "\(value)")
        }
    }

    /// Minimizes a function, starting from a model.
    ///
    /// - Parameters:
    ///   - start: the model; what is not trained stays as it is.
    ///   - function: one number for a model.
    /// - Throws: a fault of the function, or a `KalsaeError` for a setting.
    public func minimize<Tree: TensorTree>(
        _ start: Tree, of function: @escaping (Tree) throws -> Tensor
    ) throws -> Outcome<Tree> {
        try check()
        let objective = try FlatObjective(start, function)
        var point = try objective.evaluate(objective.start)
        var curvature = Curvature(memory: memory)
        var iterations = 0
        var end = End.iterations
        while iterations < maximumIterations {
            guard point.value.isFinite else {
                end = .noDescent
                break
            }
            guard point.gradient.largestMagnitude > gradientTolerance else {
                end = .smallGradient
                break
            }
            let direction = curvature.direction(along: point.gradient)
            guard let next = try advance(from: point, direction, iterations, objective) else {
                end = .noDescent
                break
            }
            iterations += 1
            let step = next.position - point.position
            let change = abs(next.value - point.value)
            curvature.add(step: step, change: next.gradient - point.gradient)
            point = next
            if step.largestMagnitude <= changeTolerance || change < changeTolerance {
                end = .smallChange
                break
            }
        }
        return Outcome(
            model: objective.model(at: point.position), value: point.value, iterations: iterations,
            evaluations: objective.evaluations, end: end)
    }

    private func advance<Tree: TensorTree>(
        from point: FlatPoint, _ direction: FlatVector, _ iteration: Int,
        _ objective: FlatObjective<Tree>
    ) throws -> FlatPoint? {
        let isFirst = iteration == 0
        let first = isFirst ? min(1, 1 / point.gradient.sumOfMagnitudes) : 1
        switch stepRule {
        case .fixed(let rate):
            let next = try objective.evaluate(point.position.adding(direction, times: first * rate))
            return next.value.isFinite ? next : nil
        case .strongWolfe:
            let search = WolfeSearch()
            return try search.run(from: point, along: direction, first: first) {
                try objective.evaluate($0)
            }
        }
    }
}

/// The last steps and the changes of the gradient over them.
struct Curvature {
    private let memory: Int
    private var pairs: [(step: FlatVector, change: FlatVector, scale: Double)] = []
    private var diagonal = 1.0

    init(memory: Int) { self.memory = memory }

    /// Remembers a step, unless the gradient fell along it: then it tells of no minimum.
    mutating func add(step: FlatVector, change: FlatVector) {
        let product = step.dot(change)
        guard product > 1e-10, product.isFinite else { return }
        if pairs.count == memory { pairs.removeFirst() }
        pairs.append((step, change, 1 / product))
        diagonal = product / change.dot(change)
    }

    /// `-H g` by two loops over the pairs.
    func direction(along gradient: FlatVector) -> FlatVector {
        var vector = gradient.scaled(by: -1)
        var shares: [Double] = []
        for pair in pairs.reversed() {
            let share = pair.step.dot(vector) * pair.scale
            shares.append(share)
            vector = vector.adding(pair.change, times: -share)
        }
        vector = vector.scaled(by: diagonal)
        for (pair, share) in zip(pairs, shares.reversed()) {
            let back = pair.change.dot(vector) * pair.scale
            vector = vector.adding(pair.step, times: share - back)
        }
        return vector
    }
}
