import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A layer as plain data: what files, settings and the search hold. Input sizes are inferred.
public indirect enum LayerSpec: Hashable, Sendable {
    /// A fully connected layer with a number of units.
    case dense(units: Int, activation: Activation = .identity, useBias: Bool = true)
    /// All axes but the first as one.
    case flatten
    /// An activation of its own.
    case activation(Activation)
    /// Dropout with a rate.
    case dropout(rate: Double)
    /// Batch norm over the last axis.
    case batchNorm
    /// Layers one behind the other.
    case sequential([LayerSpec])

    /// The layer for inputs of a shape (without the batch), and the shape of its outputs.
    public func build(input: Shape) throws -> (layer: any Layer, output: Shape) {
        switch self {
        case .dense(let units, let activation, let useBias):
            guard let inputs = input.last, inputs > 0, units > 0 else {
                throw KalsaeError(
                    "dense", expected: "at least one input and one unit",
                    got: "inputs \(input), \(units) units")
            }
            let layer = Dense(inputs, units, activation: activation, useBias: useBias)
            return (layer, Shape(Array(input.sizes.dropLast()) + [units]))
        case .flatten: return (Flatten(), [input.elementCount])
        case .activation(let activation): return (ActivationLayer(activation), input)
        case .dropout(let rate):
            guard (0..<1).contains(rate) else {
                throw KalsaeError("dropout", expected: "a rate in 0 ..< 1", got: "\(rate)")
            }
            return (Dropout(rate), input)
        case .batchNorm:
            guard let channels = input.last, channels > 0 else {
                throw KalsaeError("batch norm", expected: "at least one channel", got: "\(input)")
            }
            return (BatchNorm(channels), input)
        case .sequential(let specs):
            let model = try Sequential(specs, input: input)
            return (model, model.outputShape ?? input)
        }
    }

    /// The name of a layer of this kind inside a model, as in `dense`.
    var name: String {
        switch self {
        case .dense: "dense"
        case .flatten: "flatten"
        case .activation(let activation): activation.rawValue
        case .dropout: "dropout"
        case .batchNorm: "batchNorm"
        case .sequential: "sequential"
        }
    }
}

extension LayerSpec: Codable {
    private enum Key: String, CodingKey {
        case layer, units, activation, bias, rate, layers
    }

    /// Reads one layer, as `{"layer": "dense", "units": 8, "activation": "relu"}`; keys that are
    /// left out have the defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let kind = try values.decode(String.self, forKey: .layer)
        switch kind {
        case "dense":
            self = .dense(
                units: try values.decode(Int.self, forKey: .units),
                activation: try values.decodeIfPresent(Activation.self, forKey: .activation)
                    ?? .identity,
                useBias: try values.decodeIfPresent(Bool.self, forKey: .bias) ?? true)
        case "flatten": self = .flatten
        case "activation":
            self = .activation(try values.decode(Activation.self, forKey: .activation))
        case "dropout": self = .dropout(rate: try values.decode(Double.self, forKey: .rate))
        case "batchNorm": self = .batchNorm
        case "sequential":
            self = .sequential(try values.decode([LayerSpec].self, forKey: .layers))
        default:
            throw KalsaeError(
                "network", expected: "a layer: dense, flatten, activation, dropout, batchNorm",
                got: kind)
        }
    }

    /// Writes one layer with all its settings.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        switch self {
        case .dense(let units, let activation, let useBias):
            try values.encode("dense", forKey: .layer)
            try values.encode(units, forKey: .units)
            try values.encode(activation, forKey: .activation)
            try values.encode(useBias, forKey: .bias)
        case .flatten: try values.encode("flatten", forKey: .layer)
        case .activation(let activation):
            try values.encode("activation", forKey: .layer)
            try values.encode(activation, forKey: .activation)
        case .dropout(let rate):
            try values.encode("dropout", forKey: .layer)
            try values.encode(rate, forKey: .rate)
        case .batchNorm: try values.encode("batchNorm", forKey: .layer)
        case .sequential(let layers):
            try values.encode("sequential", forKey: .layer)
            try values.encode(layers, forKey: .layers)
        }
    }
}
