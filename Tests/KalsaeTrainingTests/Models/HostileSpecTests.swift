import FoundationEssentials
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A layer that Kalsae does not have: x · factor.
struct Scaled: Layer {
    let factor: Float
    static let parts = Parts<Scaled>()

    func callAsFunction(_ x: Tensor) -> Tensor { x * factor }

    struct Settings: LayerSettings {
        static let kind = "scaled"
        static let defaults = Self()
        var factor: Float = 2
        func layer(input: Shape) throws -> any Layer { Scaled(factor: factor) }
    }
}

/// Files of layers and optimizers as nobody should write them: one line, never a trap, never long.
@Suite(.timeLimit(.minutes(30))) struct HostileSpecTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/kalsae-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func path(_ bytes: [UInt8]) throws -> String {
        let path = "\(folder)/spec.json"
        try AtomicFile.write(bytes, to: path)
        return path
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch let error as KalsaeError {
            return "\(error)"
        } catch { return "not a KalsaeError: \(error)" }
    }

    /// What both readers say of a text.
    private func messages(_ text: String) throws -> [String] { try messages(Array(text.utf8)) }

    private func messages(_ bytes: [UInt8]) throws -> [String] {
        let path = try path(bytes)
        return [
            message { _ = try LayerSpec.read(path) },
            message { _ = try OptimizerSpec(path: path) },
        ]
    }

    private func expectRefused(_ text: String, _ parts: String..., by reader: Int) throws {
        let got = try messages(text)[reader]
        #expect(got.hasPrefix("\(folder)/spec.json"), "\(got)")
        for part in parts { #expect(got.contains(part), "\(text.prefix(80)) gave \(got)") }
        #expect(!got.contains("\n") && got.utf8.count < 5000)
    }

    @Test func layersAreRefusedInOneLine() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cases: [(String, String)] = [
            ("", "the end"), ("{}", "JSON list of layers"), ("[{}]", "layer 1"),
            ("[1]", "layer 1"), ("null", "JSON list"), (#"[{"layer": 5}]"#, "\"layer\""),
            (#"[{"layer": null}]"#, "layer 1"), (#"[{"layer": "dense"}]"#, "\"units\""),
            (#"[{"layer": "dens", "units": 1}]"#, "did you mean \"dense\"?"),
            (#"[{"layer": "dense", "units": "8"}]"#, "\"units\""),
            (#"[{"layer": "dense", "units": 1.5}]"#, "units"),
            (#"[{"layer": "dense", "units": 1e999}]"#, "a number in range at byte 29"),
            (#"[{"layer": "dense", "units": 99999999999999999999}]"#, "units"),
            (#"[{"layer": "dense", "units": NaN}]"#, "a value at byte 29"),
            (#"[{"layer": "dense", "units": 8, "units": 9}]"#, "each key once"),
            (#"[{"layer": "dense", "layer": "flatten"}]"#, "each key once"),
            (#"[{"layer": "de\u0000\nnse"}]"#, "layer 1"),
            (#"[{"layer": "dense", "units": [8]}]"#, "units"),
            (#"[{"layer": "dense", "units": 8, "activation": {"relu": 1}}]"#, "activation"),
            (#"[{"layer": "sequential", "layers": {}}]"#, "layers"),
        ]
        for (text, part) in cases { try expectRefused(text, part, by: 0) }
    }

    @Test func optimizersAreRefusedInOneLine() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cases: [(String, String)] = [
            ("", "the end"), ("[]", "a name or settings"), ("{}", "a name as optimizer"),
            ("null", "null"), ("7", "a name or settings"), (#"{"optimizer": 7}"#, "a name"),
            (#"{"optimizer": "adam", "beta1": null}"#, "a value as beta1, got null"),
            (#"{"optimizer": "adam", "beta1": 1e999}"#, "a number in range at byte 31"),
            (#"{"optimizer": "adam", "beta1": 0.5, "beta1": 0.6}"#, "each key once"),
            (#"{"optimizer": "adam", "beta1": []}"#, "a number as beta1"),
            (#"{"optimizer": "adam", "bet\u00001\n": 1}"#, "settings learningRate"),
            (#"{"optimizer": "ad\nam"}"#, "did you mean \"adam\"?"),
            (#"{"optimizer": "parameterGroups", "base": "sgd"}"#, "a setting groups"),
            (#"{"optimizer": "parameterGroups", "base": "sgd", "groups": {}}"#, "a list of groups"),
            (
                #"{"optimizer": "parameterGroups", "base": "sgd", "groups": [7]}"#,
                "parameterGroups, group 1: expected settings pattern and frozen"
            ),
        ]
        for (text, part) in cases { try expectRefused(text, part, by: 1) }
    }

    @Test func longAndDeepFilesAreRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for text in [
            String(repeating: "[", count: 100_000),
            String(repeating: #"{"optimizer": "clippedByNorm", "limit": 1, "base": "#, count: 5000),
            String(repeating: #"[{"layer": "sequential", "layers": "#, count: 5000),
            "\"" + String(repeating: "a", count: 1_000_000) + "\"",
        ] {
            for got in try messages(text) {
                #expect(got.contains("expected ") && !got.contains("not a KalsaeError"))
                #expect(!got.contains("\n") && got.utf8.count < 5000, "\(got.prefix(200))")
            }
        }
        var generator = Philox(seed: 1, stream: 0, step: 0)
        let garbage = (0..<10_000_000).map { _ in UInt8(generator.next(below: 256)) }
        for got in try messages(garbage) { #expect(got.contains("at most 4194304 bytes")) }
        for got in try messages(Array(garbage.prefix(1_000_000))) {
            #expect(got.contains("UTF-8 text"))
        }
    }

    /// Each wrapper was built twice by the one around it: sixty would never end.
    @Test func wrappersInWrappersTakeATimeThatGrowsWithTheirNumber() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let depth = 60
        let text =
            String(repeating: #"{"optimizer": "clippedByNorm", "limit": 1, "base": "#, count: depth)
            + #""sgd""# + String(repeating: "}", count: depth)
        var optimizer = try OptimizerSpec(path: path(Array(text.utf8))).optimizer()
        var count = 0
        while let wrapper = optimizer as? ClippedByNorm {
            (optimizer, count) = (wrapper.base, count + 1)
        }
        #expect(count == depth)
    }

    /// Cut off at each byte, and with each byte changed: an error in one line, or another file that
    /// is right.
    @Test func damagedFilesAreReadOrRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let layers =
            #"[{"layer": "dense", "units": 3, "activation": "relu"}, {"layer": "dropout", "rate": 0.5}]"#
        let groups =
            #"{"optimizer": "parameterGroups", "base": {"optimizer": "adam", "beta1": 0.5},"#
            + #" "groups": [{"pattern": "a.*", "rateFactor": 0.1}, {"pattern": "b", "frozen": true},"#
            + #" {"pattern": "c", "optimizer": "sgd"}]}"#
        for (text, reader) in [(layers, 0), (groups, 1)] {
            let bytes = Array(text.utf8)
            #expect(try messages(bytes)[reader] == "no error")
            for end in 0..<bytes.count {
                let got = try messages(Array(bytes[..<end]))[reader]
                #expect(got.contains("expected ") && !got.contains("\n"), "\(end): \(got)")
            }
            for (index, byte) in bytes.enumerated() {
                for change: UInt8 in [0, 0x22, 0x39, 0x5d, 0xff] where change != byte {
                    var bad = bytes
                    bad[index] = change
                    let got = try messages(bad)[reader]
                    #expect(!got.contains("not a KalsaeError") && !got.contains("\n"), "\(got)")
                }
            }
        }
    }

    @Test func networksOfModelFilesAreChecked() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let model = Sequential(Dense(2, 2))
        let path = "\(folder)/model.safetensors"
        let dense = #"[{"layer":"dense","units":2}]"#
        let cases: [(network: String, input: String, part: String)] = [
            (dense, "[-1]", "valid input shape"), (dense, "[2", "',' or ']'"),
            (dense, "[9223372036854775807]", "expected "), (dense, "{}", "kalsae.input"),
            (dense, "[9223372036854775807, 9223372036854775807]", "expected "),
            ("[]", "[2]", "at least one layer"), ("[{\"layer\":\"de\\nse\"}]", "[2]", "a layer"),
            (#"[{"layer":"dense","units":9223372036854775807}]"#, "[2]", "expected "),
            (#"[{"layer":"dense","units":-2}]"#, "[2]", "expected "),
            (String(repeating: "[", count: 300_000), "[2]", "levels of nesting"),
            (#"[{"layer":"dense","units":2,"units":2}]"#, "[2]", "each key once"),
        ]
        for (network, input, part) in cases {
            try Weights.save(
                model, to: path, metadata: ["kalsae.network": network, "kalsae.input": input])
            let got = message { _ = try ModelFile(path: path) }
            #expect(got.contains(part) && !got.contains("\n"), "\(network.prefix(60)): \(got)")
            #expect(got.utf8.count < 5000)
        }
    }

    @Test func layersOfOnesOwnComeFromFiles() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let text =
            #"[{"layer": "scaled", "factor": 3}, {"layer": "sequential", "layers": [{"layer": "scaled"}]}]"#
        let path = try path(Array(text.utf8))
        #expect(message { _ = try LayerSpec.read(path) }.contains("got scaled (layer 1)"))
        let kinds: [any LayerSettings.Type] = [Scaled.Settings.self]
        let specs = try LayerSpec.read(path, kinds: kinds)
        let model = try Sequential(specs, input: [1])
        #expect(try model([[1]]).values(Float.self) == [6])
        try ModelFile(model).save(to: path + ".safetensors")
        #expect(throws: KalsaeError.self) { try ModelFile(path: path + ".safetensors") }
        let back = try ModelFile(path: path + ".safetensors", kinds: kinds)
        #expect(back.model.spec == specs)
        let near = try self.path(Array(#"[{"layer": "scald"}]"#.utf8))
        #expect(
            message { _ = try LayerSpec.read(near, kinds: kinds) }
                .contains("did you mean \"scaled\"?"))
    }

    @Test func anOptimizersSpecIsAFile() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let optimizer = ParameterGroups(Adam(), [.frozen("a.*"), .rate("*", times: 0.5)])
        let spec = try OptimizerSpec(ClippedByGlobalNorm(optimizer, limit: 1))
        try spec.save(to: "\(folder)/optimizer.json")
        #expect(try OptimizerSpec(path: "\(folder)/optimizer.json") == spec)
    }
}
