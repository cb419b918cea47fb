import Foundation
import KalsaeFiles
import Testing

/// `--class-weight` of the command.
@Suite struct ClassWeightTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        // One row in ten is of the rarer class, and of x from 0 on one in five: no rule by x says it
        // unless it counts more.
        var text = "x,kind\n"
        for row in 0..<800 {
            let isRight = row % 2 == 1
            let x = Double(row / 2 % 40) / 40 * (isRight ? 1 : -1)
            text += "\(x),\(isRight && row / 2 * 7919 % 101 % 5 == 2 ? "rare" : "usual")\n"
        }
        try folder.write(text, to: "a.csv")
    }

    private func train(_ arguments: [String]) throws -> JSONValue {
        let result = try CommandRun(
            ["train", "a.csv", "--target", "kind", "--overwrite", "--json"] + arguments, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        return try result.json
    }

    private func recall(_ report: JSONValue) -> Double {
        report["validation"]?["classes"]?.array?.first?["recall"]?.number ?? -1
    }

    @Test(arguments: [["--effort", "quick"], ["--network", "1-8-2", "--epochs", "60"]])
    func aRareClassIsSaid(_ how: [String]) throws {
        defer { folder.remove() }
        let plain = try train(how)
        #expect(recall(plain) < 0.3 && plain["class_weights"] == nil)
        let balanced = try train(how + ["--class-weight", "balanced"])
        #expect(recall(balanced) > 0.7)
        // n / (2 · rows of the class): 10 / 2 and 10 / 18 of all rows.
        let weights = try #require(balanced["class_weights"])
        #expect(abs((weights["rare"]?.number ?? 0) / 5 - 1) < 0.1)
        #expect(abs((weights["usual"]?.number ?? 0) / (10.0 / 18) - 1) < 0.1)
        // Reported is what the rows are: always saying "usual" is right for nine of ten.
        let baseline = balanced["validation"]?["baseline"]?["accuracy"]?.number ?? 0
        #expect(abs(baseline - 0.9) < 0.02)
        #expect(balanced["validation"]?["weighted_confusion"] == nil)
        let named = try train(how + ["--class-weight", "rare=9"])
        #expect(recall(named) > 0.7)
        #expect(named["class_weights"]?["usual"]?.number == 1)
        // Probabilities are those of classes weighed so: of x from 0 on about 5 · .2 / (5 · .2 + 5/9 · .8).
        try folder.write("x\n0.5\n-0.5\n", to: "new.csv")
        let predicted = try CommandRun(
            ["predict", "a.safetensors", "new.csv", "--json"], in: folder)
        let rare = try predicted.json["probabilities"]?.array?.first?.array?.first?.number ?? 0
        #expect(abs(rare - 9.0 / 13) < 0.2, "\(predicted.output)")
    }

    @Test func textTellsThem() throws {
        defer { folder.remove() }
        let result = try CommandRun(
            [
                "train", "a.csv", "--target", "kind", "--effort", "quick", "--class-weight",
                "rare=9",
            ], in: folder)
        #expect(result.output.contains("classes count in training: \"rare\" 9.0000, \"usual\" 1"))
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test(arguments: [
        (["--class-weight", "equal"], "expected balanced, or numbers above 0"),
        (["--class-weight", "rear=2"], "did you mean \"rare\"?"),
        (["--class-weight", "rare=-2"], "numbers above 0"),
        (
            ["--class-weight", "balanced", "--target", "x"],
            "expected classes to predict, got numbers"
        ),
    ])
    func whatCannotBeIsRefused(_ options: [String], says: String) throws {
        defer { folder.remove() }
        let target = options.contains("--target") ? [] : ["--target", "kind"]
        let result = try CommandRun(["train", "a.csv"] + target + options, in: folder)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(folder.contents == ["a.csv"])
    }

    /// Nothing is said of a file that stays, and no run is left of what never began.
    @Test func whatIsRefusedReplacesNothing() throws {
        defer { folder.remove() }
        let train = ["train", "a.csv", "--target", "x", "--epochs", "1"]
        let first = try CommandRun(train, in: folder)
        #expect(first.status == 0, "\(first.errors)")
        for options in [["--epochs", "1"], ["--effort", "quick"]] {
            let refused = try CommandRun(
                ["train", "a.csv", "--target", "x", "--class-weight", "balanced"] + options,
                in: folder)
            #expect(refused.status == 1)
            #expect(!refused.errors.contains("will be replaced"), "\(refused.errors)")
        }
        let runs = try CommandRun(["runs", "list", "--json"], in: folder).json
        #expect(runs["runs"]?.array?.count == 1)
    }

    @Test func setsHaveClassesToo() throws {
        defer { folder.remove() }
        let result = try CommandRun(
            ["train", "iris", "--class-weight", "versicolor=3", "--epochs", "2", "--json"],
            in: folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try result.json["class_weights"]?["versicolor"]?.number == 3)
    }
}
