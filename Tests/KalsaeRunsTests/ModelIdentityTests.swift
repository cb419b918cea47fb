import Foundation
import KalsaeRuns
import KalsaeSupport
import Testing

/// Whose model a file is that several runs have written.
@Suite struct ModelIdentityTests {
    private func add(
        _ name: String, _ model: String, _ content: String, in store: Store, isKnown: Bool = true
    ) throws -> Run {
        try content.write(toFile: model, atomically: true, encoding: .utf8)
        var description = RunDescription(name: name)
        description.modelPath = model
        let run = try store.createRun(description)
        let fingerprint = isKnown ? Store.fingerprint(ofFile: model) : ""
        try store.record(
            RunArtifact(name: name, kind: "model", path: model, fingerprint: fingerprint), of: run)
        return run
    }

    @Test func aReplacedModelIsToldApart() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let model = "\(folder.path)/churn.safetensors"
        let first = try add("churn", model, "one", in: store)
        #expect(try store.foreignModel(of: first) == nil)
        try store.checkModel(of: first)
        let second = try add("churn", model, "two", in: store)
        #expect(try store.foreignModel(of: second) == nil)
        #expect(try store.foreignModel(of: first) == "that of run churn-2")
        #expect(throws: KalsaeError.self) { try store.checkModel(of: first) }
        try "three".write(toFile: model, atomically: true, encoding: .utf8)
        #expect(try store.foreignModel(of: second) == nil)
        try store.finish(second, .finished)
        let ended = try store.run(second.id)
        #expect(try store.foreignModel(of: ended) == "one that was written later")
        try FileManager.default.removeItem(atPath: model)
        #expect(try store.foreignModel(of: second) == nil)
    }

    /// A record of before fingerprints says nothing of equal files elsewhere.
    @Test func aRunWithoutAFingerprintIsJudgedByItsPath() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let model = "\(folder.path)/old.safetensors"
        let old = try add("old", model, "one", in: store, isKnown: false)
        #expect(try store.foreignModel(of: old) == nil)
        _ = try add("twin", "\(folder.path)/twin.safetensors", "one", in: store)
        #expect(try store.foreignModel(of: old) == nil)
        _ = try add("new", model, "two", in: store)
        #expect(try store.foreignModel(of: old) == "that of run new")
    }

    @Test func fingerprintsAreOfAllBytes() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        _ = try folder.open()
        let path = "\(folder.path)/big"
        var bytes = Data(repeating: 7, count: 3 << 20)
        try bytes.write(to: URL(fileURLWithPath: path))
        let before = Store.fingerprint(ofFile: path)
        #expect(before.hasPrefix("\(3 << 20) bytes, "))
        bytes[2 << 20] = 8
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(Store.fingerprint(ofFile: path) != before)
        #expect(Store.fingerprint(ofFile: "\(folder.path)/none").isEmpty)
    }
}
