import Foundation
import KalsaeFiles
import Testing

/// Data as people have them: parts in files of their own, several files, columns to keep.
@Suite struct OwnDataTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        try folder.write(Tables.houses(rows: 200), to: "houses.csv")
        try folder.write(Tables.houses(rows: 40), to: "other.csv")
        try folder.write(Tables.flowers(), to: "flowers.csv")
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    private func train(_ more: String...) throws -> JSONValue {
        let result = try CommandRun(
            ["train", "houses.csv", "--target", "price", "--json"] + more, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        return try result.json
    }

    private func rows(_ report: JSONValue) -> [Int?] {
        ["train", "validation", "test"].map { report["split"]?[$0]?.integer }
    }

    @Test func sharesAreHeldOut() throws {
        defer { folder.remove() }
        let plain = try train("--epochs", "2", "--split", "80/10/10")
        #expect(rows(plain) == [160, 20, 20])
        // Of two shares the second is the test; validation is 15 % of the first.
        let two = try train("--epochs", "2", "--split", "0.5/0.5")
        #expect(rows(two) == [85, 15, 100])
        let none = try train("--epochs", "2", "--split", "80/20/0")
        #expect(rows(none) == [160, 40, 0] && none["test"] == .null)
        let whole = try train("--effort", "quick", "--split", "80/20")
        #expect(whole["rows"]?.integer == 160 && whole["test"]?["r2"]?.number != nil)
        let all = try train("--effort", "quick")
        #expect(all["rows"]?.integer == 200 && all["test"] == .null)
    }

    @Test func partsHaveFilesOfTheirOwn() throws {
        defer { folder.remove() }
        let plain = try train(
            "--epochs", "2", "--validation", "other.csv", "--test", "other.csv")
        #expect(rows(plain) == [200, 40, 40])
        #expect(plain["validation"]?["rmse"] == plain["test"]?["rmse"])
        let test = try train("--epochs", "2", "--test", "other.csv")
        #expect(rows(test) == [170, 30, 40])
        let whole = try train("--effort", "quick", "--test", "other.csv")
        #expect(whole["rows"]?.integer == 200 && whole["test"]?["r2"]?.number != nil)
        // The default learner validates in folds, so that it learns these rows too.
        let both = try train("--effort", "quick", "--validation", "other.csv")
        #expect(both["rows"]?.integer == 240)
    }

    @Test func allRowsAreLearnedOnceTheyWereMeasured() throws {
        defer { folder.remove() }
        let held = try train("--epochs", "5", "--output", "a")
        let all = try train("--epochs", "5", "--output", "b", "--all-rows")
        #expect(held["test"] == all["test"] && held["validation"] == all["validation"])
        #expect(try folder.bytes(of: "a") != folder.bytes(of: "b"))
        #expect((all["steps"]?.integer ?? 0) > (held["steps"]?.integer ?? 0))
        let whole = try train(
            "--effort", "quick", "--split", "80/20", "--all-rows", "--output", "c")
        #expect(whole["rows"]?.integer == 200 && whole["test"]?["r2"]?.number != nil)
    }

    @Test func columnsAreKeptInOrder() throws {
        defer { folder.remove() }
        let training = try run("train", "flowers.csv", "--target", "kind", "--epochs", "3")
        #expect(training.status == 0, "\(training.errors)")
        let text = try run(
            "predict", "flowers.safetensors", "flowers.csv", "--keep", "label", "3"
        ).output
        let lines = text.split(separator: "\n")
        #expect(lines.count == 61 && lines[0] == "label,sepal,prediction,lily,rose")
        for row in 0..<60 { #expect(lines[row + 1].hasPrefix("plant \(row),\(row % 7),")) }
        let json = try run(
            "predict", "flowers.safetensors", "flowers.csv", "--json", "--keep", "label"
        ).json
        #expect(json["kept"]?["label"]?.array?.last?.string == "plant 59")
        let wrong = try run("predict", "flowers.safetensors", "flowers.csv", "--keep", "lable")
        #expect(wrong.status == 1 && wrong.errors.contains("did you mean \"label\"?"))
    }

    @Test func severalFilesFollowOneAnother() throws {
        defer { folder.remove() }
        _ = try train("--epochs", "2")
        let text = try run("predict", "houses.safetensors", "other.csv", "houses.csv").output
        let lines = text.split(separator: "\n")
        #expect(lines.count == 241 && lines[0] == "file,prediction")
        #expect(lines[40].hasPrefix("other.csv,") && lines[41].hasPrefix("houses.csv,"))
        let json = try run(
            "predict", "houses.safetensors", "other.csv", "houses.csv", "--json"
        ).json
        #expect(json["predictions"]?.array?.count == 240)
        #expect(json["files"]?.array?.map { $0["rows"]?.integer } == [40, 200])
        let measured = try run(
            "evaluate", "houses.safetensors", "other.csv", "houses.csv", "--json"
        ).json
        #expect(measured["files"]?.array?.map { $0["rows"]?.integer } == [40, 200])
        let one = try run("evaluate", "houses.safetensors", "houses.csv", "--json").json
        #expect(one["rows"]?.integer == 200)
        #expect(measured["files"]?.array?.last?["r2"] == one["r2"])
    }
}
