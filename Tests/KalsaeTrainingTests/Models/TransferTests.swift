import Glibc
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

@Suite struct TransferTests {
    private func model(_ classes: Int, seed: Int) throws -> Sequential {
        try withSeed(seed) {
            try Sequential(
                [.dense(units: 6, activation: .tanh), .batchNorm, .dense(units: classes)],
                input: [4])
        }
    }

    private func numbers(_ model: some TensorTree) throws -> [String: [Float]] {
        var all: [String: [Float]] = [:]
        for (path, tensor) in model.tensors { all[path.name] = try tensor.values() }
        return all
    }

    private let data = try? Dataset(
        .uniform([64, 4], low: -1, high: 1, key: RandomKey(seed: 1)),
        Tensor.arange(64) % 3, classNames: ["a", "b", "c"])

    @Test func frozenParametersStay() async throws {
        let model = try model(3, seed: 1)
        let before = try numbers(model)
        let frozen = try model.freezing("dense1.*")
        #expect(frozen.parameterCount == model.parameterCount - 4 * 6 - 6)
        #expect(frozen.tensors.map(\.path.name) == model.tensors.map(\.path.name))
        let trainer = try Trainer(
            frozen, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.1))
        try await trainer.fit(#require(data), epochs: 2, batch: 16)
        let after = try await numbers(trainer.model)
        for (name, values) in before {
            #expect((after[name] == values) == name.hasPrefix("dense1."), "\(name)")
        }
        // Trained again from there.
        let free = try await trainer.model.unfreezing("dense1.weight")
        #expect(free.names == ["dense1.bias"])
        let second = try Trainer(
            free, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.1))
        try await second.fit(#require(data), epochs: 1, batch: 16)
        let last = try await numbers(second.model)
        #expect(last["dense1.weight"] != before["dense1.weight"])
        #expect(last["dense1.bias"] == before["dense1.bias"])
    }

    @Test func aPatternWithoutMatchIsRefused() throws {
        let model = try model(3, seed: 1)
        #expect(throws: KalsaeError.self) { try model.freezing("conv*") }
        #expect(throws: KalsaeError.self) { try model.freezing("dense*", "running*") }
    }

    @Test func patterns() {
        #expect(NamePattern("*").matches("") && NamePattern("*").matches("a.b"))
        #expect(NamePattern("*.bias").matches("dense1.bias"))
        #expect(!NamePattern("*.bias").matches("dense1.bias2"))
        #expect(NamePattern("a*b*c").matches("a-b-b-c") && !NamePattern("a*b*c").matches("a-c-b"))
        #expect(!NamePattern("ab*ba").matches("aba") && NamePattern("ab*ba").matches("abba"))
        #expect(NamePattern("x").matches("x") && !NamePattern("x").matches("xy"))
        #expect(NamePattern("a**c").matches("abc") && !NamePattern("").matches("a"))
    }

    @Test func aSubsetIsLoadedAndTheRestIsSaid() throws {
        let path = "/tmp/kalsae-transfer-\(getpid()).safetensors"
        defer { unlink(path) }
        let (old, new) = (try model(3, seed: 1), try model(5, seed: 2))
        try Weights.save(old, to: path)
        #expect(throws: KalsaeError.self) { try Weights.load(path, into: new) }
        let (loaded, report) = try Weights.loadSubset(path, into: new)
        let (then, now, fresh) = (try numbers(old), try numbers(loaded), try numbers(new))
        for name in report.loaded { #expect(now[name] == then[name]) }
        #expect(now["dense2.weight"] == fresh["dense2.weight"])
        #expect(report.loaded.count == 6)
        #expect(report.misshaped.first == "dense2.weight F32[6, 3] for float32[6, 5]")
        #expect(report.missing.isEmpty && report.unused.isEmpty)

        let part = try Weights.loadSubset(path, into: new, matching: ["dense1.*"]).report
        #expect(part.loaded == ["dense1.weight", "dense1.bias"])
        #expect(Set(part.unused) == Set(then.keys.filter { !$0.hasPrefix("dense1") }))
        #expect(throws: KalsaeError.self) {
            try Weights.loadSubset(path, into: new, matching: ["conv*"])
        }
        #expect(throws: KalsaeError.self) {
            try Weights.loadSubset(path, into: new) { $0 == "dense1.bias" ? "dense1.weight" : nil }
        }
        let moved = try Weights.loadSubset(path, into: new) {
            $0 == "batchNorm1.gamma" ? "dense1.bias" : nil
        }
        #expect(try numbers(moved.model)["dense1.bias"] == then["batchNorm1.gamma"])
        #expect(moved.report.missing.count == 7 && moved.report.unused.count == 7)
    }
}
