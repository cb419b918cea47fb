import Foundation
import KalsaeFiles
import Testing

/// Options of a training do what they say and change no others; what was chosen is told.
@Suite struct TrainingOptionsTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    @Test func whatATrainingWasDoneWithIsPrinted() throws {
        defer { folder.remove() }
        let text = try run("train", "iris").output
        let settings = "settings: adam, rate 0.003, batch 16, at most 200 epochs, patience 30"
        #expect(text.contains(settings))
        #expect(text.contains("rows: 104 train, 23 validation, 23 test, by seed 0"))
        #expect(text.contains("the best validation loss"))
        let help = try run("train", "--help").output
        for name in ["--batch", "--epochs", "--patience", "--learning-rate", "--split"] {
            #expect(help.contains(name))
        }
        for value in ["200", "16", "0.003", "70/15/15"] {
            #expect(help.contains(value), "\(value)")
        }
    }

    /// The number of epochs changes neither patience nor which weights are kept.
    @Test func askingForTheUsualEpochsChangesNothing() throws {
        defer { folder.remove() }
        #expect(try run("train", "iris", "--output", "a").status == 0)
        #expect(try run("train", "iris", "--output", "b", "--epochs", "200").status == 0)
        #expect(try folder.bytes(of: "a") == folder.bytes(of: "b"))
    }

    @Test func theBestWeightsAreKeptWithoutPatience() throws {
        defer { folder.remove() }
        // A rate so high that the loss soon rises again.
        let report = try run(
            "train", "iris", "--epochs", "40", "--patience", "0", "--learning-rate", "0.1",
            "--optimizer", "sgd", "--json"
        ).json
        #expect(report["epochs"]?.integer == 40)
        #expect(report["ended"]?.string == "completed")
        #expect((1...40).contains(report["restored_epoch"]?.integer ?? 0))
    }

    @Test func moreMicroBatchesThanRowsAreRefused() throws {
        defer { folder.remove() }
        let line =
            "error: --micro-batches: expected at most 16, the rows of a batch, got 17; give fewer, or "
            + "a larger --batch\n"
        let refused = try run("train", "iris", "--micro-batches", "17", "--no-record")
        #expect(refused.status == 1 && refused.errors == line, "\(refused.errors)")
        let taken = try run(
            "train", "iris", "--micro-batches", "17", "--batch", "20", "--epochs", "1",
            "--no-record")
        #expect(taken.status == 0, "\(taken.errors)")
        try folder.write(String(repeating: "swifts fly high. ", count: 100), to: "birds.txt")
        let text = try run("train", "birds.txt", "--batch", "4", "--micro-batches", "5")
        #expect(text.status == 1 && text.errors.contains("expected at most 4"), "\(text.errors)")
    }

    /// The options of the call are those of the training that follows the search.
    @Test func aTrainingBehindASearchGoesWhereItIsTold() throws {
        defer { folder.remove() }
        try folder.write("mine", to: "other.safetensors")
        func search(_ output: String) throws -> CommandRun {
            try run(
                "train", "iris", "--search", "2", "--epochs", "2", "--output", output, "--name",
                "best", "--tag", "found")
        }
        let refused = try search("other.safetensors")
        #expect(refused.status == 1 && refused.errors.contains("--overwrite"), "\(refused.errors)")
        #expect(!refused.errors.contains("study"), "\(refused.errors)")
        let trained = try search("mine.safetensors")
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.output.contains("model: mine.safetensors"))
        #expect(folder.contents == ["mine.safetensors", "other.safetensors"])
        let record = try run("runs", "show", "best", "--json").json
        #expect(record["tags"]?.array == [.string("found")])
    }

    @Test func patienceWorksWithSteps() throws {
        defer { folder.remove() }
        let all = try run("train", "iris", "--steps", "2000", "--json").json
        #expect(all["steps"]?.integer == 2000)
        let few = try run(
            "train", "iris", "--steps", "2000", "--patience", "1", "--optimizer", "sgd",
            "--learning-rate", "1", "--overwrite", "--json"
        ).json
        #expect((few["steps"]?.integer ?? 2000) < 2000)
        #expect(few["ended"]?.string == "early stopping")
        #expect(few["restored_epoch"]?.integer != nil)
    }

    @Test func quietTellsResultsAndErrorsOnly() throws {
        defer { folder.remove() }
        try folder.write(Tables.flowers(), to: "flowers.csv")
        let quiet = try run("train", "flowers.csv", "--target", "kind", "--epochs", "3", "--quiet")
        #expect(quiet.status == 0 && quiet.errors.isEmpty, "\(quiet.errors)")
        #expect(quiet.output.contains("model: flowers.safetensors"))
        let told = try run("train", "flowers.csv", "--target", "kind", "--epochs", "3")
        #expect(!told.errors.isEmpty)
        let wrong = try run("train", "none.csv", "--target", "kind", "--quiet")
        #expect(wrong.status == 1 && wrong.errors.hasPrefix("error: none.csv"))
    }

    @Test func developersFlagsAreBehindAll() throws {
        defer { folder.remove() }
        let usual = try run("doctor").output
        #expect(usual.contains("KALSAE_DATA") && !usual.contains("KALSAE_FUZZ"))
        #expect(try run("doctor", "--all").output.contains("KALSAE_FUZZ"))
        #expect(try run("doctor", "--json").json["flags"]?["KALSAE_PASSES"] == nil)
    }

    @Test func setsAndTablesAreShown() throws {
        defer { folder.remove() }
        try folder.write("이름,값\n제비,1\n칼새,2\n", to: "birds.csv")
        let table = try run("data", "show", "birds.csv").output.split(separator: "\n")
        #expect(table.count == 4 && table[0] == "birds.csv: 2 rows, 2 columns")
        let json = try run("data", "show", "birds.csv", "--rows", "1", "--json").json
        #expect(json["cells"]?.array?.count == 1 && json["rows"]?.integer == 2)
        #expect(try run("data", "show", "iris").output.contains("5.1          3.5"))
        #expect(try run("data", "show", "digits").output.split(separator: "\n").count > 28)
    }
}
