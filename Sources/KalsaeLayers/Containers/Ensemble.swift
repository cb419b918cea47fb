import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// Networks of one input whose answers are averaged: `Σ weight · mean over members`.
///
/// The members of a group have one specification and their parameters stacked, `[count, …]`, so that
/// all of them are computed at once (`mapped(over:)`). With ``Averaging/probabilities`` the output is
/// the logarithm of the average of `softmax(member / temperature)`; with ``Averaging/values`` the
/// average of the members' values, each cut to `range` where there is one.
public struct Ensemble: Layer {
    /// The groups, in the order of the settings.
    public var groups: [MemberStack]
    /// The layer's settings.
    public let settings: Settings
    /// The groups' members.
    public static let parts = Parts(\Self.groups)

    /// Members of one specification.
    public struct MemberStack: TensorTree, Sendable {
        /// The members' network, every tensor `[count, …]`.
        public var members: Sequential

        /// Walks the members' tensors.
        public mutating func forEachTensor<Failure: Error>(
            at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
        ) throws(Failure) {
            try members.forEachTensor(at: path.appending("members"), body)
        }
    }

    /// How answers become one.
    public enum Averaging: String, Codable, CaseIterable, Sendable {
        /// The mean of the outputs.
        case values
        /// The mean of the probabilities of outputs that are logits; the output is its logarithm.
        case probabilities
    }

    /// The settings of an ensemble.
    public struct Settings: LayerSettings {
        /// `ensemble`.
        public static let kind = "ensemble"
        /// Default settings.
        public static let defaults = Self()
        /// The keys that a file must have.
        public static let requiredKeys: Set = ["groups"]
        /// The groups of members.
        public var groups: [MemberSettings]
        /// How answers become one.
        public var averaging: Averaging
        /// What logits are divided by in front of the softmax, above 0.
        public var temperature: Double
        /// The least and the largest value of a member; empty for any.
        public var range: [Double]

        /// Makes settings.
        public init(
            groups: [MemberSettings] = [], averaging: Averaging = .values, temperature: Double = 1,
            range: [Double] = []
        ) {
            self.groups = groups
            self.averaging = averaging
            self.temperature = temperature
            self.range = range
        }

        /// The layer for inputs of a shape.
        public func layer(input: Shape) throws -> any Layer { try Ensemble(self, input: input) }
    }

    /// Members of one specification, as plain data.
    public struct MemberSettings: Codable, Hashable, Sendable {
        /// The layers of a member.
        public var layers: [LayerSpec]
        /// The number of members.
        public var count: Int
        /// The weight of the group's mean; weights are divided by their sum.
        public var weight: Double

        /// Makes settings.
        public init(layers: [LayerSpec], count: Int, weight: Double = 1) {
            self.layers = layers
            self.count = count
            self.weight = weight
        }
    }

    /// Makes an ensemble whose members have random weights, each its own.
    public init(_ settings: Settings, input: Shape) throws {
        let total = settings.groups.reduce(0) { $0 + $1.weight }
        let isWeighted = settings.groups.allSatisfy {
            (1...Self.mostMembers).contains($0.count) && $0.weight >= 0
        }
        let range = settings.range
        guard isWeighted, total > 0, total.isFinite, settings.temperature > 0,
            settings.temperature.isFinite, range.isEmpty || range.count == 2 && range[0] <= range[1]
        else {
            throw KalsaeError(
                Settings.kind,
                expected: "groups of 1 to \(Self.mostMembers) members with weights, a temperature "
                    + "above 0, and a range of two numbers or none",
                got: "\(settings.groups.map { "\($0.count) members of weight \($0.weight)" }), "
                    + "temperature \(settings.temperature), range \(range)")
        }
        self.settings = settings
        groups = try settings.groups.map { group in
            if RandomScope.isBlank {
                let member = try Sequential(group.layers, input: input)
                return MemberStack(members: member.stacked(count: group.count))
            }
            let members = try (0..<group.count).map { _ in
                try Sequential(group.layers, input: input)
            }
            return MemberStack(members: try members.stacked())
        }
    }

    /// Makes an ensemble of trained members, for each group their stack.
    package init(_ settings: Settings, members: [Sequential]) {
        self.settings = settings
        groups = members.map(MemberStack.init(members:))
    }

    private static let mostMembers = 1024

    /// The average of the members' answers.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        if x.fault != nil { return x }
        let total = settings.groups.reduce(0) { $0 + $1.weight }
        var answers: [Tensor] = []
        var weights: [Double] = []
        for (group, own) in zip(groups, settings.groups) where own.weight > 0 {
            answers.append(mapped(over: group.members) { $0(x) })
            weights += [Double](repeating: own.weight / total / Double(own.count), count: own.count)
        }
        let all = Tensor.concatenate(answers)
        if all.fault != nil { return all }
        let column = Shape([weights.count] + all.shape.dropFirst().map { _ in 1 })
        switch settings.averaging {
        case .values:
            var values = all
            if settings.range.count == 2 {
                values = values.clipped(
                    to: settings.range[0]...max(settings.range[1], settings.range[0]))
            }
            let shares = Tensor(weights.map { Float($0) }).cast(to: all.dtype)
            return (values * shares.reshaped(to: column)).sum(axes: [0])
        case .probabilities:
            let scaled = settings.temperature == 1 ? all : all / settings.temperature
            let shares = Tensor(weights.map { Float($0) }).cast(to: all.dtype).log()
            return (scaled.logSoftmax() + shares.reshaped(to: column)).logSumExp(axes: [0])
        }
    }
}

extension LayerSpec {
    /// Networks whose answers are averaged; see ``Ensemble``.
    public static func ensemble(
        _ groups: [Ensemble.MemberSettings], averaging: Ensemble.Averaging = .values,
        temperature: Double = 1, range: [Double] = []
    ) -> LayerSpec {
        LayerSpec(
            Ensemble.Settings(
                groups: groups, averaging: averaging, temperature: temperature, range: range))
    }
}

extension Sequential {
    /// A network of an ensemble alone, as ``init(_:input:)`` builds it from its specification.
    package init(_ ensemble: Ensemble, input: Shape) throws {
        let output = ensemble(.zeros(Shape([1] + input.sizes)))
        if let fault = output.fault { throw fault.error.naming(Ensemble.Settings.kind) }
        self.init(
            [Named(name: Ensemble.Settings.kind + "1", layer: ensemble)],
            spec: [LayerSpec(ensemble.settings)], input: input,
            output: Shape(output.shape.dropFirst()))
    }
}
