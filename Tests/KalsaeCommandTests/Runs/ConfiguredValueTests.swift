import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// What a file says of values is told with its line; names and tags of a file count; a record has
/// numbers as numbers.
@Suite struct ConfiguredValueTests {
    /// A value that the parser refuses, one that a check refuses, and those of what is written as
    /// JSON.
    @Test(arguments: [
        ("data: iris\nepochs: many\n", "plan.yaml:2"),
        ("data: iris\nepochs: -1\n", "plan.yaml:2"),
        ("data: iris\n\ntraining:\n  batch: 16\n  learning_rate: -2\n", "plan.yaml:5"),
        ("data: iris\noptimizer: {optimizer: adam, betta1: 1}\n", "plan.yaml:2"),
        ("data: iris\nnetwork:\n  - {layer: dens, units: 3}\n", "plan.yaml:3"),
        (
            "data: iris\nnetwork:\n  - {layer: dense, units: 3}\n  - {layer: conv2D}\n",
            "plan.yaml:4"
        ),
        (
            "data: iris\nnetwork:\n  - {layer: dense, units: 3}\n  - {layer: conv2D, filters: 2}\n",
            "plan.yaml:4"
        ),
        ("data: iris\nepochs: 1e400\n", "plan.yaml:2: --epochs: expected a whole number"),
        (
            "data: iris\nseed: 99999999999999999999\n",
            "plan.yaml:2: --seed: expected a whole number"
        ),
        ("data: iris\nlearning-rate: 1e400\n", "plan.yaml:2: --learning-rate: expected a number"),
        ("data: iris\ntraining:\n\tepochs: 5\n", "plan.yaml:3: expected spaces"),
        ("data: iris\nepochs: 1\nepochs: 2\n", "plan.yaml:"),
        (
            "data: iris\nlearning-rate: 1\nlearningRate: 2\n",
            "plan.yaml:3: expected learning-rate once"
        ),
        (
            "data: {file: iris, epochs: 1}\ntraining: {epochs: 2}\n",
            "plan.yaml:2: expected epochs once"
        ),
        ("data: iris\nnetwork: 5-4-3\n", "plan.yaml:2"),
        ("data: t.csv\ntarget: nosuch\n", "plan.yaml:2"),
        ("data: nosuch.csv\ntarget: a\n", "plan.yaml:1"),
    ])
    func aWrongValueIsToldWithItsLine(_ text: String, _ origin: String) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write("a,b\n1,2\n2,3\n3,4\n4,5\n", to: "t.csv")
        try folder.write(text, to: "plan.yaml")
        let run = try CommandRun(["train", "plan.yaml"], in: folder)
        #expect(run.status != 0 && run.status < 128)
        #expect(run.errors.hasPrefix("error: \(origin)"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }

    /// 2^53 + 1 and 2^63 - 1, which a floating-point number has not.
    @Test(arguments: [9_007_199_254_740_993, Int.max, -9_007_199_254_740_993])
    func allBitsOfASeedCount(_ seed: Int) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write("data: iris\nseed: \(seed)\nsteps: 2\n", to: "plan.yaml")
        let file = try CommandRun(
            ["train", "plan.yaml", "--quiet", "--json", "--name", "first"], in: folder)
        #expect(file.status == 0, "\(file.errors)")
        #expect(try file.json["seed"]?.integer == seed)
        let store = try Store(folder: folder.runs, for: .reading)
        #expect(try store.run("first").configuration["seed"]?.integer == seed)
        let again = try CommandRun(
            ["train", "--config-of", "first", "--quiet", "--json", "--overwrite"], in: folder)
        #expect(try again.json["seed"]?.integer == seed, "\(again.errors)")
        try folder.write("data: iris\nseed: 9007199254740993.0\n", to: "plan.yaml")
        let float = try CommandRun(["train", "plan.yaml"], in: folder)
        #expect(float.errors.hasPrefix("error: plan.yaml:2: --seed: expected a whole number"))
    }

    /// The value of the call counts, and so is not the file's fault.
    @Test func aWrongValueOfTheCallIsNotTheFiles() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write("data: iris\nepochs: 5\n", to: "plan.yaml")
        let run = try CommandRun(["train", "plan.yaml", "--epochs", "-1"], in: folder)
        #expect(run.status != 0 && !run.errors.contains("plan.yaml"), "\(run.errors)")
        let change = try CommandRun(["train", "plan.yaml", "--set", "epochs=-1"], in: folder)
        #expect(change.status != 0 && change.errors.contains("--set epochs=-1"), "\(change.errors)")
    }

    @Test func aFileNamesItsRun() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write(
            "data: iris\nepochs: 2\nnetwork: 4-8-3\nname: planned\ntag: [one, two]\n",
            to: "plan.yaml")
        let first = try CommandRun(["train", "plan.yaml", "--quiet"], in: folder)
        #expect(first.status == 0, "\(first.errors)")
        let second = try CommandRun(
            ["train", "plan.yaml", "--name", "other", "--overwrite", "--quiet"], in: folder)
        #expect(second.status == 0, "\(second.errors)")
        let store = try Store(folder: folder.runs, for: .reading)
        #expect(try store.run("planned").tags == ["one", "two"])
        #expect(try store.run("other").name == "other")
        // Who repeats it makes a run of its own.
        #expect(try store.run("planned").configuration["name"] == nil)
    }

    @Test func oneFileOfOptionsIsEnough() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        for name in ["a.yaml", "b.yaml"] { try folder.write("data: iris\n", to: name) }
        let run = try CommandRun(["train", "a.yaml", "b.yaml"], in: folder)
        #expect(run.status == 1 && run.errors.contains("one file of options"), "\(run.errors)")
    }

    @Test func numbersAreRecordedAsNumbers() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let iris = ["train", "iris", "--network", "4-8-3", "--overwrite", "--quiet"]
        let first = try CommandRun(
            iris + ["--epochs", "3", "--learning-rate", "1e-3", "--name", "one"], in: folder)
        #expect(first.status == 0, "\(first.errors)")
        let second = try CommandRun(
            iris + ["--epochs=3", "--learning-rate=0.0010", "--name", "two"], in: folder)
        #expect(second.status == 0, "\(second.errors)")
        let store = try Store(folder: folder.runs, for: .reading)
        let settings = try store.run("one").configuration
        #expect(settings["epochs"] == .integer(3) && settings["learning-rate"] == .number(0.001))
        #expect(settings["network"] == .string("4-8-3") && settings["data"] == .string("iris"))
        let compare = try CommandRun(["runs", "compare", "one", "two", "--json"], in: folder)
        #expect(try compare.json["settings"]?.members?.isEmpty == true, "\(compare.output)")
    }

    @Test func negatedFlagsAreRecordedAndRepeated() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let rows = (0..<40).map { "\($0 % 7),\($0 * 3 % 11),\($0 % 2 == 0 ? "x" : "y")" }
        try folder.write(rows.joined(separator: "\n"), to: "t.csv")
        let run = try CommandRun(
            [
                "train", "t.csv", "--no-header", "--target", "3", "--network", "2-4-2",
                "--epochs", "2", "--quiet",
            ], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        let settings = try Store(folder: folder.runs, for: .reading).run("last").configuration
        #expect(settings["no-header"] == .bool(true) && settings["target"] == .string("3"))
        #expect(settings["epochs"] == .integer(2))
        let again = try CommandRun(
            ["train", "--config-of", "last", "--overwrite", "--quiet"], in: folder)
        #expect(again.status == 0, "\(again.errors)")
    }
}
