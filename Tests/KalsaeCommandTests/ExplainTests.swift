import Foundation
import Kalsae
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTraining
import Testing

/// `kalsae explain` of model files.
@Suite struct ExplainTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["explain"] + arguments, in: folder)
    }

    /// A file of the lectures' 2-2-2 network.
    private func saveLectures() throws {
        let layer = LayerSpec.dense(units: 2, activation: .sigmoid, useBias: false)
        var model = try Sequential([layer, layer], input: [2])
        let weights: [[Float]] = [[0.3, 0.4, 0.25, 0.35], [0.45, 0.7, 0.4, 0.6]]
        var next = 0
        model = model.mapTensors { _, _ in
            defer { next += 1 }
            return Tensor(weights[next], shape: [2, 2])
        }
        try ModelFile(model).save(to: folder.path + "/lectures.safetensors")
    }

    /// The slides' gradients; the file has `float32`.
    @Test func aFileOfTheWorkedExampleIsExplained() throws {
        defer { folder.remove() }
        try saveLectures()
        let told = try run("lectures.safetensors", "--row", ".1,.2", "--label", ".4,.6", "--json")
        #expect(told.status == 0 && told.errors.contains("8 weights, shown neuron by neuron"))
        let weights = try told.json["weights"]?.array ?? []
        let wanted = [
            0.0008088753836262, 0.0007100860110549, 0.0016177507672524, 0.0014201720221098,
            0.0259228556036474, 0.0074084446272134, 0.0262959013282020, 0.0075150566701163,
        ]
        #expect(weights.count == 8)
        for (weight, number) in zip(weights, wanted) {
            #expect(abs((weight["gradient"]?.number ?? 0) - number) < 1e-8)
            #expect(abs((weight["numeric"]?.number ?? 0) - number) < 1e-8)
        }
        let layers = try run("lectures.safetensors", "--row", ".1,.2", "--no-scalar", "--json")
        #expect(try layers.json["layers"]?.array?.count == 4)
        #expect(try layers.json["loss"] == .null)
    }

    @Test func aTrainedTableIsExplainedInEveryForm() throws {
        defer { folder.remove() }
        let trained = try CommandRun(
            ["train", "iris", "--network", "4-8-3", "--epochs", "3", "--output", "m.safetensors"],
            in: folder)
        #expect(trained.status == 0)
        let row = ["m.safetensors", "--row", "5.1,3.5,1.4,.2"]
        let shown = try CommandRun(["explain"] + row, in: folder)
        #expect(shown.errors.contains("no --label: explained for the predicted class"))
        #expect(shown.output.contains("dense1.weight  [4, 8]") && shown.output.contains("32 of 32"))
        for name in ["a.svg", "a.png", "a.html", "a.tex", "a.csv"] {
            let made = try CommandRun(
                ["explain"] + row + ["--label", "setosa", "--output", name], in: folder)
            #expect(made.status == 0 && made.output.isEmpty && made.errors.isEmpty)
            #expect(try folder.bytes(of: name).count > 500)
        }
        let again = try CommandRun(["explain"] + row + ["--output", "a.svg"], in: folder)
        #expect(again.status != 0 && again.errors.contains("--overwrite"))
        let set = try run("m.safetensors", "--data", "iris", "--at-row", "23", "--scalar", "--json")
        #expect(try set.json["neurons"]?.array?.count == 11)
    }

    @Test func mistakesAreToldInOneLine() throws {
        defer { folder.remove() }
        try saveLectures()
        try folder.write("a,b\n1,2\n", to: "t.csv")
        let mistakes: [([String], String)] = [
            (["lectures.safetensors"], "--row with 2 numbers"),
            (["lectures.safetensors", "--row", "1"], "expected 2 numbers, got 1"),
            (["lectures.safetensors", "--row", "1,x"], "got \"1,x\""),
            (["lectures.safetensors", "--row", "1,2", "--data", "t.csv"], "got both"),
            (["lectures.safetensors", "--row", "1,2", "--at-row", "2"], "--data to go with"),
            (["lectures.safetensors", "--row", "1,2", "--label", "1,2,3"], "2 numbers as target"),
            (["lectures.safetensors", "--row", "1,2", "--label", "7"], "a class from 0 to 1"),
            (["lectures.safetensors", "--data", "t.csv"], "got a table"),
            (["lectures.safetensors", "--data", "iris"], "got inputs [4]"),
            (["lectures.safetensors", "--at", "x=1"], "a formula to go with"),
            (["x + 1", "--row", "1"], "a model file to go with"),
            (["t.csv", "--at", "a=1"], "formula \"t.csv\""),
            (["none.safetensors", "--row", "1"], "no such file"),
            (
                [
                    "lectures.safetensors", "--row", "1,2", "--output", "lectures.safetensors",
                    "--overwrite",
                ], "another file than the model"
            ),
        ]
        for (arguments, words) in mistakes {
            let refused = try CommandRun(["explain"] + arguments, in: folder)
            let isOneLine = refused.errors.split(separator: "\n").count == 1
            #expect(
                refused.status != 0 && isOneLine && refused.errors.contains(words),
                "\(arguments): \(refused.errors)")
        }
    }
}
