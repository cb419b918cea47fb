import Foundation
import KalsaeFiles
import Testing

/// `--weight`, `--group` and `--time` of the command.
@Suite struct RowMarkTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    /// Every second row contradicts the one before.
    private func contradictions() -> String {
        var text = "w,x,kind\n"
        for row in 0..<240 {
            let x = Double(row / 2) / 60 - 1
            let isRight = row % 2 == 0
            text += "\(isRight ? 2 : 0),\(x),\((x > 0) == isRight ? "yes" : "no")\n"
        }
        return text
    }

    @Test(arguments: [["--effort", "quick"], ["--network", "1-8-2", "--epochs", "40"]])
    func rowsOfWeightZeroDoNotCount(_ how: [String]) throws {
        defer { folder.remove() }
        try folder.write(contradictions(), to: "a.csv")
        let arguments = ["train", "a.csv", "--target", "kind", "--overwrite", "--json"] + how
        let alike = try run(arguments + ["--drop", "w"]).json
        let result = try run(arguments + ["--weight", "w"])
        #expect(result.status == 0, "\(result.errors)")
        let weighted = try result.json
        #expect(weighted["weight_column"]?.string == "w" && alike["weight_column"] == nil)
        // Half of the rows are wrong by any rule; of those that count, few.
        let (one, other) = (alike["validation"], weighted["validation"])
        #expect((one?["accuracy"]?.number ?? 1) < 0.75)
        #expect((other?["accuracy"]?.number ?? 0) > 0.85)
        let classes = try #require(other?["classes"]?.array)
        let rows = classes.reduce(0) { $0 + ($1["rows"]?.integer ?? 0) }
        let weight = classes.reduce(0) { $0 + ($1["weight"]?.number ?? 0) }
        // In the mean a row weighs 1, and only the even ones count.
        #expect(rows > 30 && weight > 0 && abs(weight / Double(rows) - 1) < 0.5)
        let cells = other?["weighted_confusion"]?.array?.flatMap { $0.array ?? [] } ?? []
        #expect(abs(cells.reduce(0) { $0 + ($1.number ?? 0) } - weight) < 1e-9)
        let text = try run(
            ["train", "a.csv", "--target", "kind", "--overwrite", "--weight", "w"] + how)
        #expect(text.output.contains("rows count by \"w\""))
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        // The column is no input: predictions do not ask for it.
        try folder.write("x\n0.5\n-0.5\n", to: "new.csv")
        let predicted = try run(["predict", "a.safetensors", "new.csv"]).output
        let kinds = predicted.split(separator: "\n").dropFirst()
        #expect(kinds.map { $0.prefix { $0 != "," } } == ["yes", "no"])
    }

    /// Rows of a group are alike and its class is a toss: who sees one of them knows the others.
    @Test(arguments: [["--effort", "quick"], ["--epochs", "60"]])
    func groupsStayTogether(_ how: [String]) throws {
        defer { folder.remove() }
        var text = "who,city,y,kind\n"
        for row in 0..<300 {
            let group = row % 30
            let kind = (group * 7919 % 31) % 2 == 0 ? "a" : "b"
            text += "g\(group),city \(group),\(row * 11 % 30).5,\(kind)\n"
        }
        try folder.write(text, to: "a.csv")
        let arguments = ["train", "a.csv", "--target", "kind", "--overwrite", "--json"] + how
        let torn = try run(arguments + ["--drop", "who"]).json
        let whole = try run(arguments + ["--group", "who"]).json
        #expect((torn["validation"]?["accuracy"]?.number ?? 0) > 0.95)
        #expect((whole["validation"]?["accuracy"]?.number ?? 1) < 0.9)
        #expect(whole["group_column"]?.string == "who")
    }

    /// The price follows x until the newest fifth, where it does the opposite.
    @Test(arguments: [["--effort", "quick"], ["--network", "1-8-1", "--epochs", "60"]])
    func theNewestRowsTest(_ how: [String]) throws {
        defer { folder.remove() }
        var text = "day,x,price\n"
        for row in 0..<300 {
            let time = row * 7 % 300
            let (month, day) = (1 + time / 28, 1 + time % 28)
            let x = Double(row * 13 % 50) - 25
            text += "\(day).\(month).2023,\(x),\(time < 240 ? x : -x)\n"
        }
        try folder.write(text, to: "a.csv")
        let arguments =
            ["train", "a.csv", "--target", "price", "--overwrite", "--json", "--split", "70/10/20"]
            + how
        let mixed = try run(arguments + ["--drop", "day"])
        #expect((try mixed.json["test"]?["r2"]?.number ?? -9) > -0.5, "\(mixed.errors)")
        let timed = try run(arguments + ["--time", "day", "--column", "day=drop"])
        #expect((try timed.json["test"]?["r2"]?.number ?? 9) < -1.5, "\(timed.errors)")
        #expect(try timed.json["time_column"]?.string == "day")
        let told = try run(
            arguments.filter { $0 != "--json" } + ["--time", "day", "--column", "day=drop"])
        #expect(told.output.contains("tested on 60 rows from 2023-09-17 to 2023-11-20"))
        let verb = how[0] == "--effort" ? "learned 240" : "trained on 210"
        #expect(told.output.contains("\(verb) rows from 2023-01-01 to "), "\(told.output)")
        if how[0] == "--effort" { #expect(told.errors.contains("unlike those"), "\(told.errors)") }
    }

    @Test func infoTellsMarks() throws {
        defer { folder.remove() }
        var text = "w,who,day,x,t\n"
        for row in 0..<60 {
            text += "1,p\(row % 20),2024-01-\(10 + row % 20),\(row).5,\(row % 2)\n"
        }
        try folder.write(text, to: "a.csv")
        let shown = try run(
            ["data", "info", "a.csv", "--target", "t", "--weight", "w", "--time", "day"]
        ).output
        #expect(
            shown.contains("w: weight (as asked for); becomes the weight of the row  [--weight]"))
        #expect(shown.contains("day: time, date (dates as") && shown.contains("[--time]"))
        let json = try run(
            ["data", "info", "a.csv", "--target", "t", "--group", "who", "--json"]
        ).json
        let columns = try #require(json["table"]?["columns"]?.array)
        #expect(columns[1]["role"]?.string == "group" && columns[1]["input"] == .null)
        #expect(columns[3]["role"]?.string == "number")
    }

    @Test func ownFilesHaveWeightsToo() throws {
        defer { folder.remove() }
        try folder.write(contradictions(), to: "a.csv")
        let arguments = [
            "train", "a.csv", "--target", "kind", "--effort", "quick", "--weight", "w",
            "--overwrite", "--json",
        ]
        let tested = try run(arguments + ["--test", "a.csv"]).json
        #expect((tested["test"]?["accuracy"]?.number ?? 0) > 0.85)
        #expect(tested["test"]?["classes"]?.array?.count == 2)
        try folder.write("x,kind\n0.5,yes\n-0.5,no\n", to: "b.csv")
        let without = try run(arguments + ["--test", "b.csv"])
        #expect(without.status == 1)
        #expect(without.errors.contains("b.csv: expected a column named \"w\""))
    }

    @Test(arguments: [
        (["--weight", "nothing"], "expected a column named \"nothing\""),
        (["--weight", "x"], "a weight of at least 0 in the column \"x\", got \"-1.0\" on line 2"),
        (["--weight", "kind"], "each row's weight, got \"kind\", the target"),
        (["--group", "w", "--time", "x"], "expected groups or times to split by"),
        (["--group", "w", "--folds", "1"], "--folds: expected a whole number of at least 2"),
        (["--group", "w", "--folds", "5"], "expected at least 5 groups"),
        (["--folds", "500"], "from 2 folds to as many as there are rows"),
    ])
    func whatCannotBeIsRefused(_ options: [String], says: String) throws {
        defer { folder.remove() }
        try folder.write(contradictions(), to: "a.csv")
        let result = try run(["train", "a.csv", "--target", "kind"] + options)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count { $0.hasPrefix("error:") } == 1)
        #expect(folder.contents == ["a.csv"])
    }

    @Test func setsHaveNoColumns() throws {
        defer { folder.remove() }
        let result = try run(["train", "iris", "--weight", "1"])
        #expect(result.status == 1 && result.errors.contains("got the set iris"))
    }

    @Test func copiesOfRowsAreTold() throws {
        defer { folder.remove() }
        var text = "who,x,y,kind\n"
        for row in 0..<120 {
            let id = row % 80
            text += "g\(id % 40),\(id * 7 % 80).25,\(id * 11 % 30).5,\(id % 2 == 0 ? "a" : "b")\n"
        }
        try folder.write(text, to: "a.csv")
        let arguments = [
            "train", "a.csv", "--target", "kind", "--overwrite", "--effort", "quick",
        ]
        #expect(
            try run(arguments + ["--drop", "who"]).errors.contains(
                "40 of the 120 rows to learn are copies of others"))
        #expect(try !run(arguments + ["--group", "who"]).errors.contains("copies of others"))
    }

    @Test func rowsOfOneTimeAreRefused() throws {
        defer { folder.remove() }
        let rows = (0..<60).map { "\($0),7,\($0 % 5).5" }
        try folder.write((["x,t,y"] + rows).joined(separator: "\n"), to: "a.csv")
        for how in [["--effort", "quick"], ["--network", "4", "--split", "80/10/10"]] {
            let run = try run(["train", "a.csv", "--target", "y", "--time", "t"] + how)
            #expect(
                run.status == 1 && run.errors.contains("--time: expected rows of different times"))
        }
    }
}
