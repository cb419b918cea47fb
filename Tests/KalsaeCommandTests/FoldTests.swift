import Foundation
import KalsaeFiles
import Testing

/// `--folds` of the command.
@Suite struct FoldTests {
    private let folder: CommandRun.Folder

    init() throws {
        folder = try CommandRun.Folder()
        try folder.write(Tables.houses(rows: 100), to: "houses.csv")
        try folder.write(Tables.flowers(rows: 90), to: "flowers.csv")
    }

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(["train"] + arguments + ["--overwrite"], in: folder)
    }

    private let houses = ["houses.csv", "--target", "price", "--folds", "4"]
    private let flowers = ["flowers.csv", "--target", "kind", "--folds", "3"]

    private func checkSpread(_ json: JSONValue, _ name: String, count: Int) throws {
        let spread = try #require(json["cross_validation"]?["metrics"]?[name])
        let values = spread["folds"]?.array?.compactMap(\.number) ?? []
        try #require(values.count == count)
        let mean = values.reduce(0, +) / Double(count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(count - 1)).squareRoot()
        // As far as decimals tell.
        #expect(abs((spread["mean"]?.number ?? -1) - mean) <= 1e-9 * abs(mean))
        #expect(
            abs((spread["deviation"]?.number ?? -1) - deviation) <= 1e-6 * abs(deviation) + 1e-12)
    }

    @Test func theDefaultLearnerTellsItsFolds() throws {
        defer { folder.remove() }
        let numbers = try run(houses + ["--effort", "quick", "--json"]).json
        #expect(numbers["folds"]?.integer == 4 && numbers["rows"]?.integer == 100)
        #expect(numbers["cross_validation"]?["folds"]?.integer == 4)
        for name in ["r2", "rmse", "mae"] { try checkSpread(numbers, name, count: 4) }
        let classes = try run(flowers + ["--effort", "quick", "--json"]).json
        for name in ["accuracy", "logLoss", "rocAUC"] { try checkSpread(classes, name, count: 3) }
        let text = try run(flowers + ["--effort", "quick"]).output
        #expect(text.contains("over 3 folds, mean ± deviation:") && text.contains("accuracy "))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let plain = try run(["flowers.csv", "--target", "kind", "--effort", "quick", "--json"]).json
        #expect(plain["cross_validation"] == nil)
    }

    @Test func aPlainNetworkIsTrainedInFolds() throws {
        defer { folder.remove() }
        let numbers = try run(houses + ["--epochs", "6", "--json"]).json
        for name in ["r2", "rmse", "mae"] { try checkSpread(numbers, name, count: 4) }
        let epochs = numbers["best_epochs"]?.array?.compactMap(\.integer) ?? []
        #expect(epochs.count == 4 && numbers["histories"]?.array?.count == 4)
        #expect(
            ((epochs.min() ?? 0)...(epochs.max() ?? 0)).contains(numbers["epochs"]?.integer ?? -1))
        #expect(numbers["validated_rows"]?.integer == 100)
        let result = try run(flowers + ["--epochs", "6"])
        #expect(result.output.contains("cross-validated (3 folds, 90 rows): accuracy "))
        #expect(result.output.contains("over 3 folds, mean ± deviation:"))
        #expect(result.output.contains("weights: trained on all 90 rows for "))
        #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(result.errors.contains("fold 3 of 3: accuracy "), "\(result.errors)")
        let predicted = try CommandRun(
            ["predict", "flowers.safetensors", "flowers.csv"], in: folder)
        #expect(predicted.output.split(separator: "\n").count == 91)
        // The same seed gives the same network.
        let first = try folder.bytes(of: "flowers.safetensors")
        _ = try run(flowers + ["--epochs", "6"])
        #expect(try folder.bytes(of: "flowers.safetensors") == first)
    }

    @Test func rowsOfOtherOriginTestTheNetworkThatIsKept() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(rows: 30), to: "other.csv")
        let json = try run(houses + ["--epochs", "6", "--test", "other.csv", "--json"]).json
        let measured = try CommandRun(
            ["evaluate", "houses.safetensors", "other.csv", "--json"], in: folder
        ).json
        #expect(json["test"]?["rmse"]?.number != nil && json["test"]?["rmse"] == measured["rmse"])
    }

    @Test(arguments: [
        (["--folds", "1"], "--folds: expected a whole number of at least 2, got 1"),
        (["--folds", "101", "--epochs", "2"], "as many as there are rows (100), got 101"),
        (["--folds", "101"], "as many as there are rows (100), got 101"),
        (["--folds", "5", "--epochs", "2", "--split", "80/20"], "got --split; leave it out"),
        (["--folds", "40", "--time", "age"], "at least 123 rows for 40 folds by time"),
        (["--folds", "3", "--network", "4", "--find-rate"], "--find-rate: expected one training"),
        (["--folds", "3", "--network", "4", "--log", "l.csv"], "--log: expected one training"),
        (["--folds", "3", "--network", "4", "--guard"], "--guard: expected one training"),
        (["--folds", "3", "--network", "4", "--name", "x"], "--name: expected one training"),
    ])
    func whatCannotBeIsRefused(_ options: [String], says: String) throws {
        defer { folder.remove() }
        let result = try run(["houses.csv", "--target", "price"] + options)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains(says), "\(result.errors)")
        #expect(!folder.contents.contains("houses.safetensors"))
    }

    /// The rule of all folds is that of the network that is kept, and of the rows that are written.
    @Test func theThresholdIsThatOfAllFolds() throws {
        defer { folder.remove() }
        // Two classes that overlap, one of them in a quarter of the rows.
        var text = "size,late\n"
        for row in 0..<240 {
            let isLate = row % 4 == 0
            text += "\(row * 7919 % 100 + (isLate ? 45 : 0)),\(isLate ? "yes" : "no")\n"
        }
        try folder.write(text, to: "orders.csv")
        let base = [
            "orders.csv", "--target", "late", "--network", "8", "--epochs", "30", "--folds", "3",
        ]
        let result = try run(
            base + ["--threshold", "best", "--predictions", "p.csv", "--json"])
        try #require(result.status == 0, "\(result.errors)")
        let csv = try CSV(Array(folder.bytes(of: "p.csv")), header: .present)
        let rows = (0..<csv.rowCount).map { row in
            let cells = (2...5).map { csv.text(row: row, column: $0) }
            return (actual: cells[0], predicted: cells[1], share: Double(cells[3]) ?? .nan)
        }
        try #require(rows.count == 240)
        func f1(_ isTaken: (Int) -> Bool) -> Double {
            let hits = rows.indices.count { isTaken($0) && rows[$0].actual == "yes" }
            return 2 * Double(hits) / Double(rows.indices.count(where: isTaken) + 60)
        }
        let best = rows.map { row in f1 { rows[$0].share >= row.share } }.max() ?? 0
        let taken = f1 { rows[$0].predicted == "yes" }
        #expect(abs(taken - best) < 1e-9 && taken > f1 { rows[$0].share >= 0.5 })
        let right = rows.count { $0.actual == $0.predicted }
        let accuracy = try #require(result.json["validation"]?["accuracy"]?.number)
        #expect(abs(accuracy - Double(right) / 240) < 1e-12)
        let own = try CommandRun(["predict", "orders.safetensors", "orders.csv"], in: folder)
        let asked = try CommandRun(
            ["predict", "orders.safetensors", "orders.csv", "--threshold", "best"], in: folder)
        #expect(asked.status == 0 && own.output == asked.output, "\(asked.errors)")
        // Without the option the file knows it all the same.
        #expect(try run(base).status == 0)
        let plain = try CommandRun(["predict", "orders.safetensors", "orders.csv"], in: folder)
        let later = try CommandRun(
            ["predict", "orders.safetensors", "orders.csv", "--threshold", "best"], in: folder)
        #expect(later.status == 0 && later.output == own.output && plain.output != own.output)
    }

    /// All rows of a set are measured, each by a network that did not see it.
    @Test func setsHaveFoldsToo() throws {
        defer { folder.remove() }
        let result = try run(["iris", "--folds", "3", "--json"])
        #expect(result.status == 0, "\(result.errors)")
        let json = try result.json
        #expect(json["validated_rows"]?.integer == 150)
        #expect(json["best_epochs"]?.array?.count == 3)
        #expect((json["validation"]?["accuracy"]?.number ?? 0) > 0.9)
        let model = "iris.safetensors"
        // It learned all rows, of which none is left to measure it on.
        for options in [["--folds", "3"], ["--all-rows"]] {
            #expect(try run(["iris", "--overwrite"] + options).status == 0)
            let measured = try CommandRun(["evaluate", model, "iris"], in: folder)
            #expect(measured.status == 1 && measured.output.isEmpty)
            #expect(measured.errors.contains("a model that did not learn all rows of iris"))
        }
        // The rows that its own split held out, not those of the usual one.
        let split = try run(["iris", "--overwrite", "--split", "60/20/20", "--json"]).json
        let measured = try CommandRun(["evaluate", model, "iris", "--json"], in: folder).json
        #expect(measured["rows"]?.integer == 30)
        #expect(measured["log_loss"] == split["test"]?["log_loss"], "\(measured.text)")
        let own = try run(["iris", "--test", "houses.csv"])
        #expect(own.status == 1 && own.errors.contains("--validation, --test: expected a CSV"))
    }
}
