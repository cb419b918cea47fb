import FoundationEssentials
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// The longest file of specifications: they are short, and a data file that is given by mistake is
/// not read to its end.
private let longestSpec = 1 << 22

extension LayerSpec {
    /// The layers of a JSON or YAML file: `[{"layer": "conv2D", "filters": 8}, {"layer": "flatten"}, …]`.
    ///
    /// - Parameters:
    ///   - path: the file, at most 4 MiB.
    ///   - kinds: the settings of layers of your own, which the file may name beside Kalsae's.
    /// - Throws: a `KalsaeError` that names file, layer and key.
    public static func read(
        _ path: String, kinds: [any LayerSettings.Type] = []
    ) throws(KalsaeError) -> [LayerSpec] {
        var bytes = try FileBytes.read(path, limit: longestSpec)
        if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
            let text = String(decoding: bytes, as: UTF8.self)
            bytes = [UInt8](try YAMLText(text, subject: path).value.text.utf8)
        }
        return try SpecText.decode(
            [LayerSpec].self, bytes, subject: path, expected: "a JSON list of layers",
            advice: #"write [{"layer": "dense", "units": 10}]"#,
            item: "layer", kinds: kinds)
    }
}

extension OptimizerSpec {
    /// The spec of a JSON file: `{"optimizer": "adam", "learningRate": 0.01}`, or a name in quotes.
    ///
    /// - Parameter path: the file, at most 4 MiB.
    /// - Throws: a `KalsaeError` that names file and setting.
    public init(path: String) throws(KalsaeError) {
        self = try SpecText.decode(
            OptimizerSpec.self, try FileBytes.read(path, limit: longestSpec), subject: path,
            expected: "an optimizer", advice: #"write {"optimizer": "adam"}"#)
    }

    /// Writes the spec as a JSON file, whole or not at all.
    ///
    /// - Throws: a `KalsaeError` where the system refuses.
    public func save(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try AtomicFile.write(Array(try encoder.encode(self)) + [0x0a], to: path)
    }
}
