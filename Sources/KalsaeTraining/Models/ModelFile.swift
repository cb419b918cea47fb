import FoundationEssentials
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// A network in one file: its weights as safetensors, its specification in the file's metadata.
public struct ModelFile: Sendable {
    /// The network.
    public var model: Sequential
    /// Strings that were saved with it, by name.
    public var metadata: [String: String]

    private static let networkKey = "kalsae.network"
    private static let inputKey = "kalsae.input"

    /// Pairs a network with strings to be saved with it.
    public init(_ model: Sequential, metadata: [String: String] = [:]) {
        self.model = model
        self.metadata = metadata
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Throws: a `KalsaeError` where the network was not built from specifications.
    public func save(to path: String) throws {
        guard let spec = model.spec, let input = model.inputShape else {
            throw KalsaeError(
                path, expected: "a network built from layer specifications",
                got: "one made of layers", advice: "save its weights with Weights.save")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var metadata = metadata
        metadata[Self.networkKey] = String(decoding: try encoder.encode(spec), as: UTF8.self)
        metadata[Self.inputKey] = String(decoding: try encoder.encode(input.sizes), as: UTF8.self)
        try Weights.save(model, to: path, metadata: metadata)
    }

    /// Reads a file, strictly: names, shapes and types must be those of its own network, and weights
    /// finite.
    ///
    /// - Parameter kinds: the settings of layers of your own that the network may have.
    public init(path: String, kinds: [any LayerSettings.Type] = []) throws {
        let file = try SafetensorsFile(path: path)
        let network = try Self.decode([LayerSpec].self, Self.networkKey, file, path, kinds)
        let input = try Self.decode([Int].self, Self.inputKey, file, path, kinds)
        // Reads of broken files stop here, before memory is asked for.
        let model = try withBlankParameters { try Sequential(network, input: Shape(input)) }
        self.model = try Weights.load(file, into: model, subject: path)
        if let name = try self.model.firstNotFinite() {
            throw KalsaeError(
                path, expected: "weights that are finite", got: "NaN or infinity in \(name)",
                advice: "train it again; a smaller learning rate keeps weights finite")
        }
        metadata = file.metadata.filter { $0.key != Self.networkKey && $0.key != Self.inputKey }
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, _ key: String, _ file: SafetensorsFile, _ path: String,
        _ kinds: [any LayerSettings.Type]
    ) throws(KalsaeError) -> Value {
        guard let text = file.metadata[key] else {
            throw KalsaeError(
                path, expected: "metadata \(key)", got: "none",
                advice: "use a file that `kalsae train` wrote")
        }
        return try SpecText.decode(
            type, Array(text.utf8), subject: path, expected: "metadata \(key) as Kalsae writes it",
            advice: "use a file that `kalsae train` wrote", item: "layer", kinds: kinds)
    }
}
