import Foundation
import KalsaeRuns
import Testing

/// Which checkpoints stay, and what is said where a branch begins at another step than asked.
@Suite struct KeptCheckpointTests {
    /// A run of 50 steps that has checkpoints of other steps too.
    private func begin(
        in folder: CommandRun.Folder, checkpoints: some Sequence<Int>
    ) throws -> String {
        let run = try CommandRun(
            [
                "train", "iris", "--network", "4-8-3", "--patience", "0", "--steps", "50", "--name",
                "base", "--quiet",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let id = try Store(folder: folder.runs, for: .reading).run("base").id
        let path = "\(folder.runs)/\(id)/checkpoints"
        for name in try FileManager.default.contentsOfDirectory(atPath: path)
        where name.hasPrefix("best-") {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        for step in checkpoints {
            let digits = String(repeating: "0", count: 9 - "\(step)".count) + "\(step)"
            try FileManager.default.copyItem(
                atPath: "\(path)/step-000000050.safetensors",
                toPath: "\(path)/step-\(digits).safetensors")
        }
        return path
    }

    @Test func allOrTheNewestStay() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let path = try begin(in: folder, checkpoints: 1...40)
        func count() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: path)
                .count { $0.hasPrefix("step-") }
        }
        func resume(_ steps: Int, _ kept: String) throws -> CommandRun {
            try CommandRun(
                [
                    "train", "--resume", "base", "--steps", "\(steps)", "--keep-checkpoints", kept,
                    "--quiet",
                ], in: folder)
        }
        #expect(try resume(60, "all").status == 0)
        #expect(try count() == 42)
        let wrong = try resume(70, "1")
        #expect(wrong.status == 1)
        #expect(
            wrong.errors
                == "error: --keep-checkpoints: expected all, or a whole number of at least 2, got "
                + "\"1\"\n")
        #expect(try resume(70, "4").status == 0)
        #expect(try (5..<24).contains(count()))
    }

    @Test func theLearningOfATableCannotBranch() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        var description = RunDescription(name: "churn")
        description.configuration = ["data": "churn.csv", "effort": "quick"]
        let store = try Store(folder: folder.runs)
        try store.finish(try store.createRun(description), .finished)
        for step in [[], ["180"]] {
            let branch = try CommandRun(["steer", "churn", "branch"] + step, in: folder)
            #expect(branch.status == 1)
            #expect(
                branch.errors.hasPrefix("error: run churn: ")
                    && branch.errors.contains("the learning of a table, which cannot branch")
                    && branch.errors.contains("kalsae train --config-of churn"),
                "\(branch.errors)")
        }
    }

    /// A step that the run never came to is none to branch from; nothing begins.
    @Test func aStepBehindTheEndIsRefused() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        _ = try begin(in: folder, checkpoints: [10])
        let branch = try CommandRun(["steer", "base", "branch", "51"], in: folder)
        #expect(branch.status == 1)
        #expect(
            branch.errors
                == "error: steer branch: expected a step up to 50, where base ended, got 51\n")
        #expect(try Store(folder: folder.runs, for: .reading).runs().count == 1)
    }

    /// What is taken up at its own end says so, and a hyphen is a sign in front of times alone.
    @Test func nothingLeftToTrainIsTold() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        _ = try begin(in: folder, checkpoints: [])
        for steps in ["50", "20"] {
            let again = try CommandRun(["train", "--resume", "base", "--steps", steps], in: folder)
            #expect(again.status == 0)
            #expect(again.errors.contains("no step was left to take"), "\(again.errors)")
        }
        let more = try CommandRun(["train", "--resume", "base", "--steps", "60"], in: folder)
        #expect(more.status == 0 && !more.errors.contains("no step was left"), "\(more.errors)")
        for words in [["rollback", "-5"], ["note", "-5"]] {
            let steer = try CommandRun(["steer", "base"] + words, in: folder)
            #expect(steer.status == 64 && steer.errors.contains("'-5'"), "\(steer.errors)")
        }
        // It has ended; the words are understood.
        for words in [["rollback", "-2h"], ["rollback", "2h"], ["note", "--", "-5"]] {
            let steer = try CommandRun(["steer", "base"] + words, in: folder)
            #expect(steer.status == 1 && steer.errors.contains("a run that runs"))
        }
    }

    /// The process begins anew once: what was said of the arguments is not said again.
    @Test func aBranchElsewhereIsToldOnce() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        _ = try begin(in: folder, checkpoints: [10, 20, 30])
        let branch = ["steer", "base", "branch", "25", "--steps", "60"]
        let told = try CommandRun(branch, in: folder)
        #expect(told.status == 0, "\(told.errors)")
        let line = "from step 20, the last checkpoint before 25; there are 10, 20, 30, 50"
        #expect(told.errors.components(separatedBy: line).count == 2, "\(told.errors)")
        let quiet = try CommandRun(branch + ["--quiet"], in: folder)
        #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
    }
}
