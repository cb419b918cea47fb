import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

@Suite("Processes that share a store")
struct StoreProcessTests {
    @Test func manyWriteAndReadAtOnceAndNothingIsLost() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(
            [
                "bench", "store", "--processes", "8", "--points", "4000", "--seconds", "2",
                "--readers", "2", "--json",
            ], in: folder)
        #expect(run.status == 0)
        let json = try run.json
        #expect(json["points"]?.integer == 32_000)
        #expect(json["kept"]?.integer == 32_000)
        // Neither "database is locked" nor anything else.
        #expect(json["said"] == [])
        #expect((json["views"]?.number ?? 0) >= 2)
    }

    @Test func whatIsCommittedSurvivesKill() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let log = folder.path + "/log"
        for trial in 0..<12 {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            let process = try CommandRun.process(
                [
                    "bench", "store-writer", "runs", "--direct", "--points", "100000000", "--name",
                    "trial-\(trial)",
                ], in: folder)
            process.standardOutput = FileHandle(forWritingAtPath: log)
            try process.run()
            // Long enough that it writes, and then at any moment.
            while try Data(contentsOf: URL(fileURLWithPath: log)).isEmpty, process.isRunning {
                usleep(1000)
            }
            usleep(UInt32.random(in: 0..<60_000))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let text = try String(contentsOfFile: log, encoding: .utf8)
            // The last line may be half of one.
            let told = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last
            let kept = try #require(told.flatMap { Int($0) })

            let store = try Store(folder: folder.path + "/runs", for: .reading)
            let run = try store.run("trial-\(trial)")
            #expect(run.state == .interrupted)
            let points = try store.points("loss", of: run, limit: nil)
            #expect(points.count >= kept)
            #expect(points.indices.allSatisfy { points[$0].value == Double($0) })
            #expect(try store.points("loss", of: run, limit: 100).last == points.last)
        }
        let list = try CommandRun(["runs", "list", "--runs", "runs", "--json"], in: folder)
        #expect(try list.json["runs"]?.array?.count == 12)
    }
}
