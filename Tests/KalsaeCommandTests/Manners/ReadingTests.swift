import Foundation
import KalsaeFiles
import Testing

/// Standard input, long files, and the options that overrule how a file is read.
@Suite struct ReadingTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        try folder.write(Tables.houses(), to: "houses.csv")
    }

    private func run(_ arguments: String..., input: String? = nil) throws -> CommandRun {
        try CommandRun(arguments, in: folder, input: input)
    }

    @Test func standardInputIsATable() throws {
        defer { folder.remove() }
        let training = try run(
            "train", "-", "--target", "price", "--epochs", "2", "--quiet", input: "houses.csv")
        #expect(training.status == 0, "\(training.errors)")
        #expect(folder.contents == ["houses.csv", "table.safetensors"])
        // Of what comes through a pipe nobody knows whether it is the same.
        let again = try run(
            "train", "-", "--target", "price", "--epochs", "2", "--quiet", input: "houses.csv")
        #expect(again.status == 1 && again.errors.contains("--overwrite"))
        let file = try run("predict", "table.safetensors", "houses.csv")
        #expect(file.output.split(separator: "\n").count == 61)
        #expect(
            try run("predict", "table.safetensors", "-", input: "houses.csv").output == file.output)
        let measured = try run("evaluate", "table.safetensors", "-", "--json", input: "houses.csv")
        #expect(try measured.json["rows"]?.integer == 60, "\(measured.errors)")
        #expect(try run("data", "show", "-", input: "houses.csv").output.contains("60 rows"))
        #expect(try run("data", "info", "-", input: "houses.csv").output.contains("comma"))
    }

    @Test func aLongFileIsPredictedInParts() throws {
        defer { folder.remove() }
        let training = try run("train", "houses.csv", "--target", "price", "--epochs", "2")
        #expect(training.status == 0)
        // Several parts of a MiB each.
        let row = "30.000000000000,5.0000000000000\n"
        let count = 100_000
        try folder.write("area,age\n" + String(repeating: row, count: count), to: "long.csv")
        let said = try run("predict", "houses.safetensors", "long.csv", "--output", "said.csv")
        #expect(said.status == 0, "\(said.errors)")
        let lines = String(decoding: try folder.bytes(of: "said.csv"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == count + 1 && Set(lines.dropFirst()).count == 1)
        let wrong = "area,age\n" + String(repeating: row, count: count - 1) + "30,old\n"
        try folder.write(wrong, to: "wrong.csv")
        let refused = try run("predict", "houses.safetensors", "wrong.csv", "--output", "no.csv")
        #expect(refused.status == 1 && refused.errors.contains("line \(count + 1)"))
        #expect(!folder.contents.contains("no.csv"))
    }

    @Test func guessesAreToldAndOverruled() throws {
        defer { folder.remove() }
        try folder.write("area;rent\n30,5;400\n41,25;-9\n50;610,5\n", to: "rents.csv")
        let info = try run("data", "info", "rents.csv").output
        #expect(info.contains("separator: semicolon") && info.contains("[--separator]"))
        #expect(info.contains("decimal mark: comma") && info.contains("[--decimal]"))
        let told = try run(
            "data", "info", "rents.csv", "--missing", "-9", "--no-header", "--encoding", "latin1")
        #expect(told.output.contains("header: no, as told"), "\(told.output)\(told.errors)")
        let json = try run("data", "info", "rents.csv", "--missing", "-9", "--json").json
        #expect(json["reading"]?["decimal"]?.string == "comma")
        #expect(json["reading"]?["missingWords"]?["-9"]?.integer == 1)
        let shown = try run("data", "show", "rents.csv", "--separator", "semicolon").output
        #expect(shown.contains("30,5"))
        for wrong in [["--separator", "ab"], ["--decimal", "x"], ["--encoding", "klingon"]] {
            let result = try CommandRun(["data", "info", "rents.csv"] + wrong, in: folder)
            #expect(result.status == 1 && result.errors.contains(wrong[0]), "\(result.errors)")
        }
    }
}
