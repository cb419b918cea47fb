import Foundation
import KalsaeFiles
import Testing

/// Nobody's files are lost: names of models, files of other origin, outputs onto inputs.
@Suite struct FilesKeptTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    private func train(_ data: String, _ more: String...) throws -> CommandRun {
        try CommandRun(
            ["train", data, "--target", "price", "--epochs", "2", "--threads", "1", "--quiet"]
                + more, in: folder)
    }

    static let names = [
        ("sales.2023.csv", "sales.2023"), ("sales.csv", "sales"), ("sales.2023", "sales.2023"),
        ("a.b.c.tsv", "a.b.c"), ("sales", "sales"), (".sales.csv", ".sales"),
    ]

    /// Only the last suffix goes; a suffix of digits is part of the name.
    @Test(arguments: names) func aModelHasItsTablesName(_ file: String, _ stem: String) throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: file)
        #expect(try train("./\(file)").status == 0)
        #expect(folder.contents == [file, "\(stem).safetensors"].sorted())
    }

    @Test func twoYearsAreTwoModels() throws {
        defer { folder.remove() }
        for year in ["2023", "2024"] {
            try folder.write(Tables.houses(), to: "sales.\(year).csv")
            #expect(try train("sales.\(year).csv").status == 0)
        }
        #expect(folder.contents.count { $0.hasSuffix(".safetensors") } == 2)
    }

    @Test func theSameDataAndTargetMayBeTrainedAgain() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        let first = try train("houses.csv")
        #expect(first.status == 0 && !first.errors.contains("will be replaced"))
        try folder.write(Tables.houses(rows: 90), to: "houses.csv")
        let again = try run("train", "./houses.csv", "--target", "price", "--epochs", "1")
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.errors.contains("of an earlier training on the same data will be replaced"))
        let asked = try train("houses.csv", "--overwrite")
        #expect(asked.status == 0 && !asked.errors.contains("will be replaced"))
    }

    /// Numbers of rows that were learned flatter, which is told.
    @Test func whoMeasuresOnWhatWasLearnedIsTold() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try folder.write(Tables.houses(), to: "homes.csv")
        #expect(try train("houses.csv").status == 0)
        let own = try run("evaluate", "./houses.safetensors", "./houses.csv")
        #expect(own.status == 0 && own.errors.contains("was trained on rows of this file"))
        let other = try run("evaluate", "houses.safetensors", "homes.csv")
        #expect(other.status == 0 && !other.errors.contains("was trained on rows"))
        // The page asks for JSON.
        for (name, isLearned) in [("houses.csv", true), ("homes.csv", false)] {
            let asked = try run("evaluate", "houses.safetensors", name, "--json")
            #expect(try asked.json["trained_on"] == .bool(isLearned))
        }
    }

    @Test func aFileOfOtherOriginIsNotReplaced() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try folder.write(Tables.houses(), to: "homes.csv")
        #expect(try train("houses.csv").status == 0)
        let model = try folder.bytes(of: "houses.safetensors")
        try folder.write("notes", to: "notes.txt")
        let others = [
            ["train", "homes.csv", "--target", "price", "--output", "houses.safetensors"],
            ["train", "houses.csv", "--target", "age", "--output", "houses.safetensors"],
            ["train", "iris", "--output", "houses.safetensors"],
            ["train", "houses.csv", "--target", "price", "--output", "notes.txt"],
            ["train", "iris", "--output", "notes.txt"],
        ]
        for arguments in others {
            let result = try CommandRun(arguments + ["--epochs", "1"], in: folder)
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains("--overwrite to replace it"), "\(result.errors)")
        }
        #expect(try folder.bytes(of: "houses.safetensors") == model)
        #expect(try folder.bytes(of: "notes.txt") == Data("notes".utf8))
        let allowed = try train("homes.csv", "--output", "houses.safetensors", "--overwrite")
        #expect(allowed.status == 0, "\(allowed.errors)")
        #expect(try folder.bytes(of: "houses.safetensors") != model)
    }

    @Test func anOutputIsNeverOneOfItsInputs() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        #expect(try train("houses.csv").status == 0)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/link.csv", withDestinationPath: "houses.csv")
        let (table, model) = (
            try folder.bytes(of: "houses.csv"), try folder.bytes(of: "houses.safetensors")
        )
        for output in ["houses.csv", "houses.safetensors", "./houses.csv", "link.csv"] {
            let result = try run(
                "predict", "houses.safetensors", "houses.csv", "--output", output, "--overwrite")
            #expect(result.status == 1 && result.errors.contains("another file than the"))
        }
        let training = try train("houses.csv", "--output", "houses.csv", "--overwrite")
        #expect(training.status == 1 && training.errors.contains("another file than the table"))
        #expect(try folder.bytes(of: "houses.csv") == table)
        #expect(try folder.bytes(of: "houses.safetensors") == model)
    }

    /// A picture or page never replaces what the same call reads or writes, whatever it is called.
    @Test func aPictureIsNoneOfTheOtherFiles() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try folder.write(Tables.houses(), to: "houses.html")
        #expect(try train("houses.csv", "--output", "houses.svg").status == 0)
        let kept = try ["houses.csv", "houses.html", "houses.svg"].map { try folder.bytes(of: $0) }
        let learn = ["train", "houses.csv", "--target", "price", "--quiet", "--overwrite"]
        let plain = learn + ["--epochs", "2"]
        let calls = [
            learn + ["--effort", "quick", "--plot", "houses.csv"],
            plain + ["--plot", "houses.csv"],
            plain + ["--output", "houses.svg", "--plot", "houses.svg"],
            plain + ["--log", "log.csv", "--plot", "./log.csv"],
            plain + ["--find-rate", "--plot", "houses.csv"],
            ["evaluate", "houses.svg", "houses.csv", "--plot", "houses.csv", "--overwrite"],
            ["evaluate", "houses.svg", "houses.csv", "--plot", "houses.svg", "--overwrite"],
            ["evaluate", "houses.svg", "houses.html", "--report", "houses.html", "--overwrite"],
        ]
        for call in calls {
            let result = try CommandRun(call, in: folder)
            #expect(
                result.status == 1 && result.errors.contains("another file than the"), "\(call)")
        }
        #expect(
            try ["houses.csv", "houses.html", "houses.svg"].map { try folder.bytes(of: $0) } == kept
        )
    }

    /// A file with a column named prediction may be anybody's.
    @Test func predictionsReplaceNoFile() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        #expect(try train("houses.csv").status == 0)
        try folder.write("area,age\n30,1\n", to: "other.csv")
        let predict = ["predict", "houses.safetensors", "houses.csv", "--output"]
        #expect(try CommandRun(predict + ["said.csv"], in: folder).status == 0)
        let said = try folder.bytes(of: "said.csv")
        try folder.write("prediction\nyes\n", to: "mine.csv")
        let kept = [
            ("said.csv", said), ("mine.csv", Data("prediction\nyes\n".utf8)),
            ("other.csv", Data("area,age\n30,1\n".utf8)),
        ]
        for (name, bytes) in kept {
            let refused = try CommandRun(predict + [name], in: folder)
            #expect(refused.status == 1 && refused.errors.contains("--overwrite"), "\(name)")
            #expect(try folder.bytes(of: name) == bytes)
        }
        #expect(try CommandRun(predict + ["other.csv", "--overwrite"], in: folder).status == 0)
    }
}
