import Foundation
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

@Suite struct WeightsTests {
    private let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).safetensors"

    private func network(_ sizes: [Int], seed: Int = 1) throws -> Sequential {
        let specs = sizes.dropFirst().map { LayerSpec.dense(units: $0, activation: .tanh) }
        return try withSeed(seed) { try Sequential(specs, input: [sizes[0]]) }
    }

    private func remove() { try? FileManager.default.removeItem(atPath: path) }

    @Test func weightsComeBackBitForBit() throws {
        defer { remove() }
        let saved = try network([3, 5, 2])
        try Weights.save(saved, to: path)
        let other = try network([3, 5, 2], seed: 2)
        let loaded = try Weights.load(path, into: other)
        #expect(loaded.tensors.map(\.path.name) == saved.tensors.map(\.path.name))
        for (one, two) in zip(saved.tensors, loaded.tensors) {
            #expect(one.tensor.shape == two.tensor.shape)
            #expect(try one.tensor.values() == two.tensor.values())
        }
        #expect(try other.tensors[0].tensor.values() != saved.tensors[0].tensor.values())
    }

    @Test func whatIsMissingUnusedOrMisshapedIsNamed() throws {
        defer { remove() }
        try Weights.save(try network([3, 5, 2]), to: path)
        let wide = #expect(throws: KalsaeError.self) {
            try Weights.load(path, into: network([3, 6, 2]))
        }
        #expect(wide?.got.contains("other shape: dense1.weight F32[3, 5] for") == true)
        let deep = #expect(throws: KalsaeError.self) {
            try Weights.load(path, into: network([3, 5, 2, 2]))
        }
        #expect(deep?.got.contains("missing: dense3.weight, dense3.bias") == true)
        let flat = #expect(throws: KalsaeError.self) {
            try Weights.load(path, into: network([3, 5]))
        }
        #expect(flat?.got.contains("unused: dense2") == true)
    }

    @Test func aNetworkComesBackFromOneFile() throws {
        defer { remove() }
        let specs: [LayerSpec] = [
            .flatten, .dense(units: 6, activation: .relu, useBias: false), .batchNorm,
            .dropout(rate: 0.25), .dense(units: 2),
        ]
        let saved = try withSeed(3) { try Sequential(specs, input: [2, 2]) }
        try ModelFile(saved, metadata: ["note": "kept"]).save(to: path)
        let file = try ModelFile(path: path)
        #expect(file.model.spec == specs)
        #expect(file.metadata == ["note": "kept"])
        let x = Tensor.normal([4, 2, 2], key: RandomKey(seed: 1))
        #expect(try file.model(x).values() == saved(x).values())
    }

    @Test func embeddedNumbersComeBackFromOneFile() throws {
        defer { remove() }
        let specs: [LayerSpec] = [
            .numericalEmbedding(frequencies: 5, outputs: 3), .dense(units: 2),
        ]
        let saved = try withSeed(3) { try Sequential(specs, input: [4]) }
        try ModelFile(saved).save(to: path)
        let file = try ModelFile(path: path)
        #expect(file.model.spec == specs)
        let names = ["frequency", "phase", "weight", "bias"]
        for name in names {
            #expect(file.model.tensors.contains { $0.path.name == "numericalEmbedding1.\(name)" })
        }
        let x = Tensor.normal([6, 4], key: RandomKey(seed: 1))
        #expect(saved(x).shape == [6, 2])
        #expect(try file.model(x).values() == saved(x).values())
    }

    @Test func aFileWithoutANetworkIsRefused() throws {
        defer { remove() }
        try Weights.save(try network([2, 2]), to: path)
        let error = #expect(throws: KalsaeError.self) { try ModelFile(path: path) }
        #expect(error?.expected == "metadata kalsae.network")
    }

    @Test func aNetworkTooLargeForItsFileIsRefusedBeforeMemoryIsAskedFor() throws {
        defer { remove() }
        try Weights.save(
            try network([2, 2]), to: path,
            metadata: [
                "kalsae.input": "[1000000]",
                "kalsae.network": "[{\"layer\":\"dense\",\"units\":1000000}]",
            ])
        #expect(throws: KalsaeError.self) { try ModelFile(path: path) }
    }
}
