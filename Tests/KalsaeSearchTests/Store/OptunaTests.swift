import Foundation
import GRDB
import KalsaeSearch
import KalsaeSupport
import Testing

/// `Vectors/optuna-5.0.0.sql` is the dump of a file that Optuna 5.0.0 wrote: six trials of a
/// `RandomSampler(seed=1)` and one that was enqueued.
@Suite("Files of Optuna")
struct OptunaTests {
    private static let vectors = #filePath.replacingOccurrences(
        of: "Store/OptunaTests.swift", with: "Vectors/optuna-5.0.0.sql")

    private func withFile(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "kalsae-optuna-\(UUID().uuidString).db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func writeVectors(_ path: String) throws {
        let text = try String(contentsOfFile: Self.vectors, encoding: .utf8)
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF; \(text)")
        }
        try queue.close()
    }

    @Test func aStudyOfOptunaIsReadAndGoesOn() throws {
        try withFile { path in
            try writeVectors(path)
            let study = try Study("door", storage: OptunaStorage(path, study: "door"))
            let trials = try study.trials()
            #expect(
                trials.map(\.state) == [
                    .complete, .complete, .pruned, .failed, .complete, .complete, .waiting,
                ])
            #expect(trials[0].values == [1.2553300705386103])
            #expect(trials[4].values == [.infinity])
            #expect(trials[0].parameters["rate"] == 0.0007608481233714798)
            #expect(trials[0].parameters["share"] == 0.0)
            #expect(trials[0].parameters["n"] == 3)
            #expect(trials[0].parameters["width"] == 14)
            #expect(trials[0].parameters["opt"] == "null")
            #expect(trials[0].reports.map(\.step) == [0, 1, 2])
            #expect(trials[0].reports[1].value.isNaN && trials[0].reports[2].value == .infinity)
            #expect(trials[6].parameters == ["x": 1.0])
            #expect(trials[0].ended > trials[0].started && trials[0].started > 0)
            #expect(study.best?.values == [-4.709495631945543])
            let domains = study.space.parameters.map { "\($0.name) \($0.domain)" }
            #expect(
                domains == [
                    "x -5.0...10.0", "rate 1e-06...0.01 log", "share 0.0...1.0 step 0.25",
                    "n 1...9 step 2", "width 8...512 log", "opt sgd | 3 | 0.5 | true | null",
                ])
            // The one that waits comes first, with its value.
            try study.optimize(trials: 12) { $0.parameters["x"]?.number ?? .nan }
            let now = try study.trials()
            #expect(now.count == 12)
            #expect(now[6].values == [1])
            #expect(now.suffix(6).allSatisfy { $0.state == .complete && $0.parameters.count == 6 })
            #expect(Array(now.prefix(2)) == Array(trials.prefix(2)))
        }
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        try withFile { path in
            let space = try SearchSpace([
                Parameter("rate", .real(1e-6...1e-2, scale: .log)),
                Parameter("momentum", .real(0.5...0.99, scale: .logOneMinus)),
                Parameter("width", .integer(8...512, scale: .log)),
                Parameter("kind", .choice(["a", 2, true])),
            ])
            let source = try Study("here", [.maximize], space: space, seed: 2)
            try source.optimize(trials: 15) { trial in
                if trial.number == 3 { throw TrialPruned() }
                try trial.report(0.5, step: 1)
                return trial.number == 4 ? .nan : Double(trial.number)
            }
            let storage = try OptunaStorage(path, study: "there", [.maximize])
            let target = try Study("there", [.maximize], space: space, storage: storage)
            try target.warmStart(from: source)
            let read = try Study(
                "there", [.maximize], storage: OptunaStorage(path, study: "there", [.maximize]))
            let (a, b) = try (source.trials(), read.trials())
            #expect(b.map(\.state) == a.map(\.state))
            #expect(b.map(\.values) == a.map(\.values))
            #expect(b.map(\.parameters) == a.map(\.parameters))
            #expect(b.map(\.reports) == a.map(\.reports))
            #expect(b[4].reason == "the objective returned nan")
            #expect(b[0].started / 1000 == a[0].started / 1000)
            #expect(throws: KalsaeError.self) { try OptunaStorage(path, study: "there") }
        }
    }

    @Test func workersShareAFile() throws {
        try withFile { path in
            let first = try Study("s", storage: OptunaStorage(path, study: "s"))
            let second = try Study("s", storage: OptunaStorage(path, study: "s"))
            let trial = try first.ask()
            _ = try trial.real("x", in: 0...1)
            let other = try second.ask()
            #expect((trial.number, other.number) == (0, 1))
            try first.tell(trial, 3)
            try second.tell(other, 4)
            #expect(try second.trials().map(\.values) == [[3], [4]])
            #expect(try second.trials()[0].parameters.names == ["x"])
            #expect(second.space.names == ["x"])
        }
    }

    @Test func otherFilesAreRefused() throws {
        try withFile { path in
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
            #expect(throws: KalsaeError.self) { try OptunaStorage(path, study: "s") }
        }
        try withFile { path in
            try writeVectors(path)
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: "UPDATE version_info SET schema_version = 11") }
            let error = #expect(throws: KalsaeError.self) { try OptunaStorage(path, study: "door") }
            #expect(
                error?.description.contains("expected schema 12 of Optuna, got schema 11") == true)
        }
        try withFile { path in
            try Data("no SQLite".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: KalsaeError.self) { try OptunaStorage(path, study: "s") }
        }
    }
}
