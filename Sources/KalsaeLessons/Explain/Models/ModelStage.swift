import Kalsae

/// A part of a network that is explained as one node: a layer, or the sums or the activation of a
/// dense one.
struct ModelStage: Sendable {
    enum Part: Sendable {
        /// A layer as it is.
        case whole
        /// The sums of a dense layer.
        case sums
        /// The activation of a dense layer.
        case activation
    }

    let name: String
    /// What it does, as in `dense 4 → 8`.
    let what: String
    /// The number of the layer.
    let layer: Int
    let part: Part
    /// The function where it is one.
    let activation: Activation?

    /// The parts of a network, in order.
    static func stages(of model: Sequential) -> [ModelStage] {
        var stages: [ModelStage] = []
        for (index, entry) in model.layers.enumerated() {
            if let dense = entry.layer as? Dense {
                let sizes = dense.weight.shape.sizes.map(String.init).joined(separator: " → ")
                stages.append(
                    ModelStage(
                        name: entry.name, what: "dense \(sizes)", layer: index, part: .sums,
                        activation: nil))
                guard dense.activation != .identity else { continue }
                let name = dense.activation.rawValue
                stages.append(
                    ModelStage(
                        name: "\(entry.name).\(name)", what: name, layer: index,
                        part: .activation, activation: dense.activation))
            } else {
                let own = (entry.layer as? ActivationLayer)?.activation
                let kind = own?.rawValue ?? model.spec?[index].kind ?? "\(type(of: entry.layer))"
                stages.append(
                    ModelStage(
                        name: entry.name, what: kind, layer: index, part: .whole, activation: own))
            }
        }
        return stages
    }

    /// What it makes of an input, by the layers of a model of the same structure.
    func callAsFunction(_ model: Sequential, _ x: Tensor) -> Tensor {
        let layer = model.layers[self.layer].layer
        guard let dense = layer as? Dense else { return layer(x) }
        switch part {
        case .whole: return dense(x)
        case .sums: return dense.sums(x)
        case .activation: return dense.activation(x)
        }
    }

    /// The activation where each number comes of one number alone, so that it has a local derivative.
    var elementwise: Activation? {
        activation.flatMap { ["softmax", "logSoftmax", "glu"].contains($0.name) ? nil : $0 }
    }
}
