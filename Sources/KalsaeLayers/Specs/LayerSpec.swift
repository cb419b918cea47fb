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
    /// Dropout with a rate; classic dropout scales in inference instead of training.
    case dropout(rate: Double, isClassic: Bool = false)
    /// Batch norm over the last axis.
    case batchNorm
    /// Layers one behind the other.
    case sequential([LayerSpec])
    /// A layer of any other kind, by its settings.
    case layer(AnyLayerSettings)

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
            let product = Shape(Array(input.sizes.dropLast()) + [units])
            return (layer, try activation.outputShape(of: product))
        case .flatten: return (Flatten(), [input.elementCount])
        case .activation(let activation):
            return (ActivationLayer(activation), try activation.outputShape(of: input))
        case .dropout(let rate, let isClassic):
            guard (0..<1).contains(rate) else {
                throw KalsaeError("dropout", expected: "a rate in 0 ..< 1", got: "\(rate)")
            }
            return (Dropout(rate, isClassic: isClassic), input)
        case .batchNorm:
            guard let channels = input.last, channels > 0 else {
                throw KalsaeError("batch norm", expected: "at least one channel", got: "\(input)")
            }
            return (BatchNorm(channels), input)
        case .sequential(let specs):
            let model = try Sequential(specs, input: input)
            return (model, model.outputShape ?? input)
        case .layer(let settings): return try settings.build(input: input)
        }
    }

    /// The name of a layer of this kind inside a model, as in `dense`.
    var name: String {
        switch self {
        case .dense: "dense"
        case .flatten: "flatten"
        case .activation(let activation): activation.name
        case .dropout: "dropout"
        case .batchNorm: "batchNorm"
        case .sequential: "sequential"
        case .layer(let settings): type(of: settings.value).kind
        }
    }
}
