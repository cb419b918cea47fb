import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport

/// A network as settings and commands name it: sizes, a preset, or layers of a file.
public enum NetworkSource: Sendable, Equatable {
    /// Dense layers by their sizes, the input first, `784-50-10`, or hidden layers alone, `50`.
    case sizes(NetworkSizes)
    /// A network that goes by a name, as `deep-convnet`.
    case preset(NetworkPreset)
    /// Layers as data, with a name for messages.
    case layers([LayerSpec], name: String)

    /// Reads sizes, a preset's name, or a list of layers as JSON; any other text is the path of a JSON file with a list of
    /// layers: `[{"layer": "conv2D", "filters": 8}, {"layer": "flatten"}, …]`.
    ///
    /// - Parameter kinds: the settings of layers of your own that a file may name.
    public init(_ text: String, kinds: [any LayerSettings.Type] = []) throws(KalsaeError) {
        if let preset = NetworkPreset(rawValue: text) {
            self = .preset(preset)
        } else if text.drop(while: \.isWhitespace).first == "[" {
            let layers = try SpecText.decode(
                [LayerSpec].self, Array(text.utf8), subject: "--network",
                expected: "a list of layers", advice: "", item: "layer", kinds: kinds)
            self = .layers(layers, name: "layers")
        } else if text.contains("/") || [".json", ".yaml", ".yml"].contains(where: text.hasSuffix) {
            self = .layers(try LayerSpec.read(text, kinds: kinds), name: text)
        } else if let sizes = try? NetworkSizes(text) {
            self = .sizes(sizes)
        } else {
            let names = NetworkPreset.allCases.map(\.rawValue)
            let list = names.joined(separator: ", ")
            throw KalsaeError(
                "--network",
                expected: "sizes as in 784-50-10, one of \(list), or a .json or .yaml file",
                got: text, advice: SpellingSuggestion.advice(text, in: names))
        }
    }

    /// The layers for inputs of a shape; sizes flatten images and put an activation on all layers
    /// but the last.
    public func layers(input: Shape, outputs: Int, activation: Activation) -> [LayerSpec] {
        switch self {
        case .sizes(let sizes): sizes.layers(input: input, activation: activation)
        case .preset(let preset):
            preset.layers(outputs: outputs, context: input.sizes.first ?? 1)
        case .layers(let layers, _): layers
        }
    }

    /// The same with the inputs and outputs of data, where hidden layers alone are given.
    ///
    /// - Throws: a `KalsaeError` for sizes that were meant for other data.
    package func completed(for data: LabeledData) throws(KalsaeError) -> NetworkSource {
        guard case .sizes(let sizes) = self else { return self }
        return .sizes(
            try sizes.completed(
                inputs: data.featureShape.reduce(1, *), outputs: data.targets.outputCount))
    }

    /// The network for data, with changes of images in front where there are some.
    ///
    /// - Parameters:
    ///   - link: the function behind the last layer; nil for none.
    ///   - standardized: what inputs are standardized by, behind those; nil where they are not.
    /// - Throws: a `KalsaeError` where it does not fit inputs or outputs.
    func build(
        input: Shape, outputs: Int, activation: Activation, augmentations: [Augmentation],
        seed: Int, link: Activation? = nil,
        standardized statistics: (mean: [Double], deviation: [Double])? = nil
    ) throws -> Sequential {
        if case .preset(let preset) = self, preset.isOfText {
            throw KalsaeError(
                "--network", expected: "a network for rows of \(input)",
                got: "\(preset.rawValue), for text")
        }
        var source = self
        if case .sizes(let sizes) = self {
            source = .sizes(try sizes.completed(inputs: input.elementCount, outputs: outputs))
        }
        var specs = source.layers(input: input, outputs: outputs, activation: activation)
        if let link { specs.append(.activation(link)) }
        if statistics != nil { specs.insert(.standardize, at: 0) }
        if !augmentations.isEmpty { specs.insert(.augment(augmentations), at: 0) }
        var model = try withSeed(seed) { try Sequential(specs, input: input) }
        if let statistics {
            let index = augmentations.isEmpty ? 0 : 1
            guard var layer = model.layers[index].layer as? Standardization else {
                throw KalsaeError("network", expected: "a standardize layer", got: "another")
            }
            try layer.setStatistics(mean: statistics.mean, deviation: statistics.deviation)
            model.layers[index].layer = layer
        }
        guard model.outputShape == [outputs] else {
            throw KalsaeError(
                "network \(description)", expected: "outputs \([outputs])",
                got: "\(model.outputShape ?? [])",
                advice: "end with flatten and a dense layer of \(outputs) units")
        }
        return model
    }
}

extension NetworkSource: CustomStringConvertible {
    /// The sizes joined by hyphens, the preset's name, or the file's.
    public var description: String {
        switch self {
        case .sizes(let sizes): sizes.description
        case .preset(let preset): preset.rawValue
        case .layers(_, let name): name
        }
    }
}
