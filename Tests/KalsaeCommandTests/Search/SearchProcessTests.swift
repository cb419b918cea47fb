import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// Searches in several processes, and some that are ended or killed.
@Suite("kalsae search in processes") struct SearchProcessTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func trials(_ study: String) throws -> [JSONValue] {
        let run = try CommandRun(["search", "show", study, "--json"], in: folder)
        return try #require(try run.json["all"]?.array)
    }

    private let space = [
        "--sampler", "random", "--space", "learning-rate=1e-3..1e-1,log", "--quiet",
    ]

    /// A sampler that does not learn proposes the same to any number of workers, and a trial is a
    /// function of its settings.
    @Test func workersGiveTheSameValues() throws {
        defer { folder.remove() }
        let search = ["search", "iris", "--epochs", "6", "--trials", "10"] + space
        for (name, workers) in [("one", "1"), ("three", "3")] {
            let run = try CommandRun(
                search + ["--study", name, "--workers", workers], in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        let (one, three) = (try trials("one"), try trials("three"))
        #expect(one.count == 10 && three.count == 10)
        #expect(one.map { $0["parameters"] } == three.map { $0["parameters"] })
        #expect(one.map { $0["value"] } == three.map { $0["value"] })
    }

    /// Trials that train as one plan differ from lone ones by the order of sums alone; pruned are the
    /// same ones.
    @Test(arguments: [[], ["--pruner", "successive-halving", "--workers", "2"]])
    func stackedTrialsHaveTheValuesOfLoneOnes(_ more: [String]) throws {
        defer { folder.remove() }
        let search = ["search", "iris", "--epochs", "6", "--trials", "9"] + space + more
        for (name, stack) in [("alone", "never"), ("stacked", "4")] {
            let run = try CommandRun(search + ["--study", name, "--stack", stack], in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        let (alone, stacked) = (try trials("alone"), try trials("stacked"))
        #expect(alone.count == 9 && stacked.count == 9)
        #expect(Set(stacked.compactMap { $0["run"]?.string }).count == 9)
        for (a, b) in zip(alone, stacked) {
            #expect(a["parameters"] == b["parameters"])
            // Which trials a pruner compares with depends on their order.
            guard more.isEmpty else { continue }
            let (x, y) = (a["value"]?.number ?? .nan, b["value"]?.number ?? .nan)
            #expect(abs(x - y) <= 1e-6 * abs(x), "\(x) \(y)")
        }
        #expect(stacked.allSatisfy { ["complete", "pruned"].contains($0["state"]?.string) })
    }

    /// A trial that was ended goes on from its checkpoint, to the same number; Ctrl-C reaches workers
    /// too, which are no part of the terminal's group.
    @Test(arguments: ["1", "2"]) func endedSearchesGoOn(_ workers: String) throws {
        defer { folder.remove() }
        let search =
            ["search", "iris", "--steps", "200000", "--batch", "8", "--trials", "4"] + space
            + ["--stack", "never"] + ["--checkpoint-every", "5000steps"]
        let whole = try CommandRun(search + ["--study", "whole"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        let process = try CommandRun.process(
            search + ["--study", "ended", "--workers", workers], in: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Once its first trial trains, however quick the machine is.
        for _ in 0..<2000 where try isWithoutRuns("ended") { usleep(5000) }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let resumed = try CommandRun(["search", "--resume", "ended", "--quiet"], in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
        let (all, ended) = (try trials("whole"), try trials("ended"))
        #expect(ended.count == 4)
        #expect(all.map { $0["value"] } == ended.map { $0["value"] })
    }

    /// Workers that are killed lose nothing: others take their trials over.
    @Test(.timeLimit(.minutes(30))) func killedTrainersLoseNothing() throws {
        defer { folder.remove() }
        let search =
            ["search", "iris", "--steps", "30000", "--batch", "8", "--trials", "12"] + space
            + ["--stack", "never"] + [
                "--checkpoint-every", "2000steps", "--workers", "3", "--study", "killed",
            ]
        let process = try CommandRun.process(search, in: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        var kills = 0
        while process.isRunning, kills < 4 {
            usleep(kills == 0 ? 5000 : 250_000)
            if let victim = Self.children(of: process.processIdentifier).randomElement() {
                kill(victim, SIGKILL)
                kills += 1
            }
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(kills > 0)
        let all = try trials("killed")
        #expect(all.count == 12)
        #expect(all.allSatisfy { $0["state"] == "complete" })
        #expect(Set(all.compactMap { $0["run"]?.string }).count == 12)
        let whole = try CommandRun(
            ["search", "iris", "--steps", "30000", "--batch", "8", "--trials", "12"] + space
                + ["--stack", "never", "--study", "whole"], in: folder)
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(try trials("whole").map { $0["value"] } == all.map { $0["value"] })
    }

    /// Workers end once the process that began them is gone.
    @Test func workersEndWithTheirParent() throws {
        defer { folder.remove() }
        let process = try CommandRun.process(
            ["search", "iris", "--steps", "100000000", "--patience", "0", "--trials", "4"] + space
                + ["--stack", "never", "--workers", "2", "--study", "orphans"], in: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<2000 where try isWithoutRuns("orphans") { usleep(5000) }
        let children = Self.children(of: process.processIdentifier)
        #expect(children.count == 2)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        // They look once a second, and end at a step; a loaded machine may be slow.
        for _ in 0..<600 where children.contains(where: { kill($0, 0) == 0 }) { usleep(50_000) }
        #expect(children.allSatisfy { kill($0, 0) != 0 })
        for child in children { kill(child, SIGKILL) }
    }

    /// A trial that learned other data does not go on with its weights.
    @Test func changedDataBeginATrialAnew() throws {
        defer { folder.remove() }
        func table(_ factor: Int) -> String {
            let rows = (0..<200).map { "\($0 % 17),\($0 * 7 % 23),\(factor * ($0 % 17) + $0 % 5)" }
            return (["a,b,c"] + rows).joined(separator: "\n")
        }
        try folder.write(table(1), to: "t.csv")
        let process = try CommandRun.process(
            [
                "search", "t.csv", "--target", "c", "--steps", "400000", "--patience", "0",
                "--trials", "1",
            ] + space
                + ["--stack", "never", "--study", "changed"], in: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<2000 where try isWithoutRuns("changed") { usleep(5000) }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        try folder.write(table(3), to: "t.csv")
        let resumed = try CommandRun(["search", "--resume", "changed"], in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("its data are others than before"))
        #expect(resumed.errors.contains("trial 0 begins anew"))
        let store = try Store(folder: folder.runs, for: .reading)
        let prints = Set(try store.runs().map(\.dataFingerprint))
        #expect(prints.count == 2)
    }

    /// Whether no trial of a study has a run yet.
    private func isWithoutRuns(_ study: String) throws -> Bool {
        guard let store = try? Store(folder: folder.runs, for: .reading),
            let runs = try? store.runs()
        else { return true }
        return !runs.contains { $0.tags == [study] }
    }

    /// The processes that a process has started.
    private static func children(of parent: Int32) -> [Int32] {
        // Whichever thread forked is the parent.
        let tasks = "/proc/\(parent)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.flatMap { thread -> [Int32] in
            let path = "\(tasks)/\(thread)/children"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int32($0) }
        }
    }
}
