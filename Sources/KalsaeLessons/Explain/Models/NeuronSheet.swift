import KalsaeFiles
import KalsaePlots
import KalsaeSupport

/// A small network of dense layers neuron by neuron, as the lectures draw it: weights at the arcs with
/// their gradients below, in each neuron its sum z, its value, the activation's derivative and the
/// gradients.
public struct NeuronSheet: ExplanationSheet {
    let explanation: ModelExplanation
    private let network: NeuronLayers

    /// Whether an explanation is small enough to be shown so unasked.
    public static func suits(_ explanation: ModelExplanation) -> Bool {
        NeuronLayers.weights(of: explanation) <= NeuronLayers.most.unasked
            && (try? NeuronLayers(explanation)) != nil
    }

    /// The number of weights.
    public var weightCount: Int { NeuronLayers.weights(of: explanation) }

    /// Shows an explanation.
    ///
    /// - Throws: a `KalsaeError` for other layers than dense ones and activations, and for more than 200
    ///   weights.
    public init(_ explanation: ModelExplanation) throws(KalsaeError) {
        self.explanation = explanation
        network = try NeuronLayers(explanation)
    }

    /// What is explained.
    public var title: String { explanation.question.title }

    /// How the graph is read.
    public var remark: String {
        "At each arc stand its weight and the gradient of the result by it. A neuron has its "
            + "sum z, the derivative of its activation there, and δ, the gradient by z: what comes back "
            + "to it, times that derivative."
    }

    /// Room for a weight beside neurons.
    public var columnWidth: Double {
        let most = network.layers.map(\.weights.count).max() ?? 0
        return 240 + 7 * Double(Swift.min(most, 80))
    }

    /// Inputs, neurons and the result.
    public var diagram: GraphDiagram {
        var nodes = network.inputs.map { name, value, check in
            GraphNode(
                "\(name) = \(value.shortText)", detail: "∂ \(check.gradient.shortText)",
                isOperation: false)
        }
        var arcs: [GraphArc] = []
        var before = 0..<nodes.count
        for layer in network.layers {
            let start = nodes.count
            nodes += layer.neurons.map {
                GraphNode("\($0.name) = \($0.value.shortText)", detail: $0.detail)
            }
            for (row, from) in before.enumerated() {
                for unit in layer.neurons.indices {
                    let index = row * layer.neurons.count + unit
                    arcs.append(
                        GraphArc(
                            from: from, to: start + unit, forward: layer.weights[index],
                            backward: layer.checks[index].gradient))
                }
            }
            before = start..<nodes.count
        }
        nodes.append(
            GraphNode(
                explanation.resultName,
                detail: ([explanation.result.shortText] + explanation.targetLine).joined(
                    separator: "\n"), isOperation: false))
        // What comes back to an output, and its value, stand in the neuron.
        arcs += before.map { GraphArc(from: $0, to: nodes.count - 1) }
        return GraphDiagram(
            nodes: nodes, arcs: arcs, forwardName: "weight", backwardName: "gradient")
    }

    /// Neurons, and weights with their central differences.
    public var tables: [ExplanationTable] {
        var neurons = network.inputs.map { name, value, check in
            [name, "input", "", value.shortText, "", check.gradient.shortText, ""]
        }
        for neuron in network.layers.flatMap(\.neurons) {
            neurons.append([
                neuron.name, neuron.activation ?? "identity", neuron.z.shortText,
                neuron.value.shortText, neuron.slope?.shortText ?? "", neuron.gradient.shortText,
                neuron.zGradient.shortText,
            ])
        }
        let weights = self.weights.map { weight in
            [
                weight.name, weight.from, weight.to, weight.value.shortText,
                weight.check.gradient.shortText, weight.check.numeric.shortText,
                weight.check.gap.shortText,
            ]
        }
        return [
            ExplanationTable(
                caption: "Neurons",
                columns: ["neuron", "is", "z", "value", "local", "gradient", "δ"], rows: neurons),
            ExplanationTable(
                caption: "Weights and their central differences",
                columns: [
                    "parameter", "from", "to", "value", "gradient", "numeric", "difference",
                ], rows: weights),
        ]
    }

    /// A weight or a bias.
    private struct Weight {
        var name: String
        var (from, to): (String, String)
        var value: Double
        var check: CentralDifference
    }

    private var weights: [Weight] {
        var weights: [Weight] = []
        var names = network.inputs.map(\.name)
        for layer in network.layers {
            for (row, from) in names.enumerated() {
                for (unit, to) in layer.neurons.enumerated() {
                    let index = row * layer.neurons.count + unit
                    weights.append(
                        Weight(
                            name: "\(layer.name).weight[\(row), \(unit)]", from: from, to: to.name,
                            value: layer.weights[index], check: layer.checks[index]))
                }
            }
            for (unit, neuron) in layer.neurons.enumerated() {
                guard let bias = neuron.bias else { continue }
                weights.append(
                    Weight(
                        name: "\(layer.name).bias[\(unit)]", from: "1", to: neuron.name,
                        value: neuron.biasValue, check: bias))
            }
            names = layer.neurons.map(\.name)
        }
        return weights
    }

    /// The result, and what was checked.
    public var results: [String] { explanation.results }

    /// All numbers.
    public var json: JSONValue {
        let neurons = network.layers.flatMap { layer in
            layer.neurons.map { neuron -> JSONValue in
                [
                    "name": .string(neuron.name), "layer": .string(layer.name),
                    "z": .number(neuron.z), "value": .number(neuron.value),
                    "activation": neuron.activation.map { .string($0) } ?? .null,
                    "local": neuron.slope.map { .number($0) } ?? .null,
                    "gradient": .number(neuron.gradient), "delta": .number(neuron.zGradient),
                ]
            }
        }
        let inputs = network.inputs.map { name, value, check -> JSONValue in
            [
                "name": .string(name), "value": .number(value),
                "gradient": .number(check.gradient), "numeric": .number(check.numeric),
            ]
        }
        let weights = self.weights.map { weight -> JSONValue in
            [
                "name": .string(weight.name), "from": .string(weight.from),
                "to": .string(weight.to), "value": .number(weight.value),
                "gradient": .number(weight.check.gradient),
                "numeric": .number(weight.check.numeric),
            ]
        }
        return .object(
            explanation.members + [
                JSONValue.Member("inputs", .array(inputs)),
                JSONValue.Member("neurons", .array(neurons)),
                JSONValue.Member("weights", .array(weights)),
            ])
    }
}

extension NeuronLayers.Neuron {
    /// What stands in the neuron below its value.
    fileprivate var detail: String {
        var lines: [String] = []
        if let activation {
            let slope = slope.map { ", ∂ \($0.shortText)" } ?? ""
            lines = ["z \(z.shortText)", "\(activation)\(slope)"]
        }
        if let bias {
            lines.append("bias \(biasValue.shortText), ∂ \(bias.gradient.shortText)")
        }
        return (lines + ["δ \(zGradient.shortText)"]).joined(separator: "\n")
    }
}
