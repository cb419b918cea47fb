import Foundation
import KalsaeFiles
import KalsaeTesting
import Testing

@Suite("kalsae search bench")
struct SearchBenchTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func lines(_ arguments: String...) throws -> [JSONValue] {
        let run = try CommandRun(["search", "bench"] + arguments + ["--json"], in: folder)
        #expect(run.status == 0)
        return try run.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test func benchesPrintAnObjectALine() throws {
        defer { folder.remove() }
        let quality = try lines(
            "quality", "--function", "branin", "--sampler", "tpe", "--seeds", "5", "--trials", "60")
        #expect(quality.count == 1)
        #expect(quality[0].members?.map(\.key) == ["function", "sampler", "median", "quartiles"])
        #expect(quality[0]["function"] == "branin")
        #expect(quality[0]["quartiles"]?.array?.count == 2)
        #expect((0.397...1.5).contains(quality[0]["median"]?.number ?? 0))
        let cost = try lines("cost", "--trials", "20", "--studies", "1")
        #expect(
            cost.map { "\($0["store"]?.string ?? "") \($0["sampler"]?.string ?? "")" } == [
                "memory random", "memory tpe", "sqlite random", "sqlite tpe",
            ])
        #expect(cost.allSatisfy { ($0["trials_per_second"]?.number ?? 0) > 1 })
        let wrong = try CommandRun(
            ["search", "bench", "quality", "--sampler", "tpa"], in: folder)
        #expect(wrong.status != 0)
        #expect(wrong.errors.contains("did you mean \"tpe\"?"))
    }

    /// Six workers of which one is killed each fifth of a second: all trials end, each once.
    @Test func killedWorkersLoseNothing() throws {
        defer { folder.remove() }
        let report = try #require(
            try lines(
                "workers", "--processes", "6", "--trials", "150", "--kill-every", "0.2", "--lease",
                "1", "--milliseconds", "40"
            ).first)
        #expect(report["trials"]?.integer == 150)
        #expect(report["complete"]?.integer == 150)
        #expect(report["different"]?.integer == 150)
        #expect(report["wrong"]?.integer == 0)
        #expect(report["errors"]?.integer == 0)
        #expect((report["killed"]?.integer ?? 0) >= 2)
        #expect((report["taken_over"]?.integer ?? 0) >= 1)
    }

    /// The same in a database, with values on the way.
    @Test(.enabled(if: PostgresServer.isThere, "needs PostgreSQL's server and libpq"))
    func killedWorkersLoseNothingOfADatabase() throws {
        defer { folder.remove() }
        let server = try PostgresServer()
        let report = try #require(
            try lines(
                "workers", "--processes", "6", "--trials", "150", "--kill-every", "0.2", "--lease",
                "1", "--milliseconds", "40", "--values", "10", "--store", server.address
            ).first)
        #expect(report["complete"]?.integer == 150 && report["different"]?.integer == 150)
        #expect(report["wrong"]?.integer == 0 && report["errors"]?.integer == 0)
        #expect((report["killed"]?.integer ?? 0) >= 2)
        #expect((report["taken_over"]?.integer ?? 0) >= 1)
    }
}
