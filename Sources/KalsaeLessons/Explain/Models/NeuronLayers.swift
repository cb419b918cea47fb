import Kalsae
import KalsaeSupport

/// The neurons of a network of dense layers.
struct NeuronLayers: Sendable {
    /// A neuron: `value = activation(z)`, `z = Σ weight · value before + bias`.
    struct Neuron: Sendable {
        let name: String
        let (z, value): (Double, Double)
        /// The gradient of the result by z, and by the value.
        let (zGradient, gradient): (Double, Double)
        /// The activation, and its derivative at z where it has one of z alone.
        let (activation, slope): (String?, Double?)
        let bias: CentralDifference?
        let biasValue: Double
    }

    /// A layer: its neurons, and a weight for each pair, `[from, to]` along the rows.
    struct Dense: Sendable {
        let name: String
        var neurons: [Neuron]
        let weights: [Double]
        let checks: [CentralDifference]
    }

    let inputs: [(name: String, value: Double, check: CentralDifference)]
    private(set) var layers: [Dense] = []

    /// The most weights that are drawn, and the most that are drawn unasked.
    static let most = (weights: 200, unasked: 30)

    /// Takes an explanation apart.
    ///
    /// - Throws: a `KalsaeError` for other layers than dense ones and activations, and for too many
    ///   weights.
    init(_ explanation: ModelExplanation) throws(KalsaeError) {
        let question = explanation.question
        let input = explanation.input
        guard Self.weights(of: explanation) <= Self.most.weights else {
            throw KalsaeError(
                "--scalar", expected: "a network of at most \(Self.most.weights) weights",
                got: "\(Self.weights(of: explanation))",
                advice: "leave --scalar out for a node for each layer")
        }
        let names = question.inputNames
        inputs = input.values.values.enumerated().map { index, value in
            (
                names.count == input.values.count ? names[index] : "x\(index + 1)", value,
                input.differences[index]
            )
        }
        var before = input.values
        var hidden = explanation.stages.count { $0.stage.part == .sums } - 1
        let isDeep = hidden > 1
        let deepest = hidden
        var position = 0
        while position < explanation.stages.count {
            let stage = explanation.stages[position]
            position += 1
            // What passes numbers on, as dropout does, is no layer of neurons.
            if stage.stage.part == .whole, stage.output.values == before.values { continue }
            guard stage.stage.part == .sums else { throw Self.refusal(stage.what) }
            var last = stage
            if position < explanation.stages.count {
                let next = explanation.stages[position]
                if next.stage.activation != nil {
                    last = next
                    position += 1
                }
            }
            let isLast = hidden == 0
            let layer = deepest - hidden + 1
            let units = (0..<stage.output.count).map { unit -> String in
                guard isLast else { return isDeep ? "h\(layer).\(unit + 1)" : "h\(unit + 1)" }
                let names = question.outputNames
                return names.count == stage.output.count ? names[unit] : "o\(unit + 1)"
            }
            try add(stage, last, units, explanation)
            before = last.output
            hidden -= 1
        }
        guard !layers.isEmpty else { throw Self.refusal("none") }
    }

    /// The weights of dense layers.
    static func weights(of explanation: ModelExplanation) -> Int {
        explanation.parameters.reduce(0) { $0 + ($1.values.shape.count == 2 ? $1.values.count : 0) }
    }

    private static func refusal(_ got: String) -> KalsaeError {
        KalsaeError(
            "--scalar", expected: "a network of dense layers and activations", got: got,
            advice: "leave --scalar out for a node for each layer")
    }

    private mutating func add(
        _ sums: ModelExplanation.Stage, _ last: ModelExplanation.Stage, _ names: [String],
        _ explanation: ModelExplanation
    ) throws(KalsaeError) {
        let own = explanation.parameters.filter { $0.name.hasPrefix("\(sums.name).") }
        guard let weight = own.first(where: { $0.name == "\(sums.name).weight" }) else {
            throw Self.refusal(sums.what)
        }
        let bias = own.first { $0.name == "\(sums.name).bias" }
        let neurons = names.indices.map { unit in
            Neuron(
                name: names[unit], z: sums.output.values[unit], value: last.output.values[unit],
                zGradient: sums.gradient.values[unit], gradient: last.gradient.values[unit],
                activation: last.stage.activation?.rawValue, slope: last.slopes?.values[unit],
                bias: bias?.differences[unit], biasValue: bias?.values.values[unit] ?? 0)
        }
        layers.append(
            Dense(
                name: sums.name, neurons: neurons, weights: weight.values.values,
                checks: weight.differences))
    }
}
