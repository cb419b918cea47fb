import KalsaeSupport
import KalsaeTensor

/// Own settings for some parameters, by the pattern of their paths: frozen, with a rate of their
/// own, with an optimizer of their own.
///
/// ```swift
/// ParameterGroups(Adam(learningRate: 0.001), [
///     .frozen("encoder.first.*"),
///     .rate("encoder.*", times: 0.1),
///     .optimizer("head.*", SGD(learningRate: 0.1, momentum: 0.9)),
/// ])
/// ```
///
/// In files
///
/// ```text
/// {"optimizer": "parameterGroups", "base": "adam", "groups": [
///     {"pattern": "encoder.first.*", "frozen": true},
///     {"pattern": "encoder.*", "rateFactor": 0.1},
///     {"pattern": "head.*", "optimizer": {"optimizer": "sgd", "learningRate": 0.1}}]}
/// ```
///
/// The first group whose pattern fits counts. A change of `learningRate` changes all rates in
/// proportion, those of optimizers of their own too. Frozen parameters are not seen by wrappers around: their gradients count in no norm
/// and are not even computed.
public struct ParameterGroups: OptimizerWrapper {
    /// A pattern with what holds for the parameters that fit.
    public struct Group: Sendable {
        enum Rule: Sendable {
            case frozen
            case rate(Double)
            case optimizer(any Optimizer)
        }

        /// Which parameters.
        public let pattern: PathPattern
        let rule: Rule

        /// Parameters that stay as they are.
        public static func frozen(_ pattern: PathPattern) -> Group {
            Group(pattern: pattern, rule: .frozen)
        }

        /// Parameters whose rate is so many times the base's.
        public static func rate(_ pattern: PathPattern, times factor: Double) -> Group {
            Group(pattern: pattern, rule: .rate(factor))
        }

        /// Parameters with an optimizer of their own, as one without weight decay.
        public static func optimizer(
            _ pattern: PathPattern, _ optimizer: any Optimizer
        ) -> Group {
            Group(pattern: pattern, rule: .optimizer(optimizer))
        }
    }

    /// The optimizer of all other parameters.
    public var base: any Optimizer
    /// The groups, in the order in which they are asked.
    public internal(set) var groups: [Group]
    /// The base's rate at which the groups' optimizers have the rates that they were made with.
    var referenceRate: Double

    /// Makes groups beside an optimizer.
    public init(_ base: any Optimizer, _ groups: [Group]) {
        self.base = base
        self.groups = groups
        referenceRate = base.learningRate
    }

    /// Refuses a pattern that fits no parameter.
    public func check(paths: [TensorPath]) throws(KalsaeError) {
        for group in groups where !paths.contains(where: group.pattern.matches) {
            throw KalsaeError(
                "ParameterGroups", expected: "parameters named \"\(group.pattern)\"", got: "none",
                advice: "there are \(paths.prefix(5).map(\.name).joined(separator: ", "))")
        }
    }

    /// Whether the parameter is not frozen.
    public func trains(_ path: TensorPath) -> Bool {
        guard let index = groupIndex(of: path) else { return base.trains(path) }
        return optimizer(at: index)?.trains(path) ?? false
    }

    /// Those of the optimizer that the parameter has.
    public func initialSlots(for parameter: Tensor, at path: TensorPath) -> [Tensor] {
        optimizer(at: groupIndex(of: path))?.initialSlots(for: parameter, at: path) ?? []
    }

    /// Those of the groups, in order.
    public func ownScalars(step: Int) -> OptimizerScalars {
        groups.indices.reduce([:]) { $0 + (optimizer(at: $1)?.scalars(step: step) ?? [:]) }
    }

    /// One parameter, with the base's settings.
    public func update(
        _ parameter: Tensor, gradient: Tensor, slots: [Tensor], scalars: ScalarTensors
    ) -> (parameter: Tensor, slots: [Tensor]) {
        base.update(parameter, gradient: gradient, slots: slots, scalars: scalars)
    }

    /// Each group by its optimizer.
    public func updateAll(
        _ parameters: [TrainedParameter], scalars: ScalarTensors
    ) -> [TrainedParameter] {
        var after = parameters
        var rest = scalars
        for member in members {
            guard let optimizer = optimizer(at: member) else { continue }
            let count = optimizer.scalars(step: 1).count
            let own = rest.prefix(count)
            rest = rest.dropFirst(count)
            let indices = parameters.indices.filter {
                groupIndex(of: parameters[$0].path) == member
            }
            let moved = optimizer.updateAll(indices.map { parameters[$0] }, scalars: own)
            for (index, result) in zip(indices, moved) { after[index] = result }
        }
        return after
    }

    /// The average that the parameter's optimizer keeps.
    public func averaged(_ parameter: Tensor, at path: TensorPath, slots: [Tensor]) -> Tensor {
        let optimizer = optimizer(at: groupIndex(of: path))
        return optimizer?.averaged(parameter, at: path, slots: slots) ?? parameter
    }

    /// The base as nil, then the groups' indices.
    private var members: [Int?] { [nil] + groups.indices.map { $0 } }

    private func groupIndex(of path: TensorPath) -> Int? {
        groups.firstIndex { $0.pattern.matches(path) }
    }

    /// The optimizer of a group with its rate in force; nil where it is frozen.
    private func optimizer(at index: Int?) -> (any Optimizer)? {
        guard let index else { return base }
        switch groups[index].rule {
        case .frozen: return nil
        case .rate(let factor):
            var optimizer = base
            optimizer.learningRate *= factor
            return optimizer
        case .optimizer(var optimizer):
            if referenceRate > 0 { optimizer.learningRate *= base.learningRate / referenceRate }
            return optimizer
        }
    }
}
