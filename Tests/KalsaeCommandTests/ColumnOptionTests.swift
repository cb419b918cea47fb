import Foundation
import KalsaeFiles
import Testing

/// Guesses about columns are told, and overruled by an option.
@Suite struct ColumnOptionTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        var csv = "id,zip,copy,size,price\n"
        for row in 1...60 { csv += "\(row),0\(row % 3)01,\(row * 10),\(row % 7),\(row * 10)\n" }
        try csv.write(toFile: "\(folder.path)/houses.csv", atomically: true, encoding: .utf8)
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    @Test func infoTellsRolesAndReasons() throws {
        defer { folder.remove() }
        let shown = try run("data", "info", "houses.csv", "--target", "price")
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.output.contains("zip"))
        #expect(shown.output.contains("leading zeros"))
        #expect(shown.output.contains("[--task]"))
        let target = shown.output.split(separator: "\n").first { $0.contains("price: target") }
        #expect(target?.hasSuffix("[--target]") == true, "\(shown.output)")
        let json = try run("data", "info", "houses.csv", "--target", "price", "--json").json
        #expect(json["table"]?["columns"]?.array?.count == 5)
    }

    @Test func columnsAreDroppedAndGivenRoles() throws {
        defer { folder.remove() }
        let trained = try run(
            "train", "houses.csv", "--target", "price", "--effort", "quick", "--drop", "copy",
            "--column", "zip=number", "--output", "a.safetensors", "--json")
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(!trained.errors.contains("column \"copy\" kept"))
        let predicted = try run("predict", "a.safetensors", "houses.csv")
        #expect(predicted.output.split(separator: "\n").count == 61)
    }

    @Test(arguments: [
        (["--column", "zip"], "NAME="), (["--column", "zip=nothing"], "NAME="),
        (["--drop", "sice"], "size"), (["--task", "regresion"], "did you mean regression"),
    ])
    func whatIsNotThereIsRefused(_ options: [String], says: String) throws {
        defer { folder.remove() }
        let result = try CommandRun(
            ["train", "houses.csv", "--target", "price"] + options, in: folder)
        #expect(result.status != 0)
        #expect(result.errors.contains(says), "\(result.errors)")
    }
}
