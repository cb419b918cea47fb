import Foundation
import KalsaeFiles
import KalsaeTesting
import Testing

/// Searches whose studies are in a database, as several hosts use it.
@Suite(.enabled(if: PostgresServer.isThere, "needs PostgreSQL's server and libpq"))
struct SearchStoreTests {
    /// Each host has a folder of runs of its own.
    private let hosts: [CommandRun.Folder]
    private let server: PostgresServer

    init() throws {
        hosts = [try CommandRun.Folder(), try CommandRun.Folder()]
        server = try PostgresServer()
    }

    private func search(_ host: Int, _ arguments: String...) throws -> CommandRun {
        try CommandRun(
            ["search"] + arguments, in: hosts[host], environment: ["KALSAE_STORE": server.address])
    }

    @Test func hostsShareAStudy() throws {
        defer { hosts.forEach { $0.remove() } }
        let first = try search(
            0, "iris", "--epochs", "2", "--trials", "4", "--study", "s", "--space",
            "learning-rate=1e-3..1e-1,log", "--workers", "2", "--json")
        #expect(first.status == 0, "\(first.errors)")
        #expect(try first.json["complete"]?.integer == 4)
        // The other joins by its name, with the same training.
        let second = try search(
            1, "iris", "--epochs", "2", "--trials", "6", "--study", "s", "--json")
        #expect(second.status == 0, "\(second.errors)")
        #expect(try second.json["trials"]?.integer == 6)
        let shown = try search(0, "show", "s", "--all", "--json")
        let all = try #require(try shown.json["all"]?.array)
        #expect(all.count == 6)
        #expect(Set(all.compactMap { $0["run"]?.string }).count == 6)
        #expect(try search(1, "list", "--json").json["studies"]?.array?.count == 1)
        // Nothing of it is in the folders, and runs are where they were trained.
        let local = try CommandRun(["search", "list", "--json"], in: hosts[0])
        #expect(try local.json["studies"]?.array?.isEmpty == true)
        let runs = try CommandRun(["runs", "list", "--json"], in: hosts[1]).json["runs"]?.array
        #expect(runs?.count == 2)
    }

    @Test func aPasswordIsNotShown() throws {
        defer { hosts.forEach { $0.remove() } }
        let doctor = try CommandRun(
            ["doctor", "--all"], in: hosts[0],
            environment: ["KALSAE_STORE": "postgresql://me:secret@host/x"])
        #expect(doctor.output.contains("postgresql://me@host/x"))
        #expect(!doctor.output.contains("secret"))
    }

    @Test func whoReachesNoServerIsTold() throws {
        defer { hosts.forEach { $0.remove() } }
        let refused = try CommandRun(
            ["search", "show", "s", "--store", "postgresql://me:secret@127.0.0.1:1/x"],
            in: hosts[0])
        #expect(refused.status == 1)
        #expect(refused.errors.hasPrefix("error: postgresql://me@127.0.0.1:1/x: expected a"))
        #expect(!refused.errors.contains("secret"))
        let folder = try CommandRun(["search", "list", "--store", "runs"], in: hosts[0])
        #expect(folder.errors.contains("expected an address as postgresql://user@host/database"))
    }
}
