import Foundation
import KalsaeFiles
import Testing

/// Reports as the command prints them.
@Suite struct ReportCommandTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
    }

    private func isNarrow(_ text: String) -> Bool {
        text.split(separator: "\n").allSatisfy { $0.count <= 80 }
    }

    /// 20 of 2,000 rows, which no rule tells from the others for sure.
    @Test func aRareClassIsShown() throws {
        defer { folder.remove() }
        var csv = "amount,hour,fraud\n"
        for row in 0..<2000 {
            let isFraud = row % 100 == 7
            let amount = Double(row * 7919 % 1000) + (isFraud ? 300 : 0)
            csv += "\(amount),\(row * 31 % 24),\(isFraud ? 1 : 0)\n"
        }
        try write(csv, "fraud.csv")
        let training = try run("train", "fraud.csv", "--target", "fraud", "--effort", "quick")
        #expect(training.status == 0, "\(training.errors)")
        for words in ["balanced", "auc", "precision", "recall", "best f1 of \"1\"", "always \"0\""]
        {
            #expect(training.output.contains(words), "\(training.output)")
        }
        #expect(training.output.contains("(of \"1\")") && training.output.contains("mean f1"))
        #expect(training.output.contains("chosen on these rows"), "\(training.output)")
        #expect(training.errors.contains("always saying \"0\" is right for 99.0 %"))
        #expect(isNarrow(training.output), "\(training.output)")
        let report = try run("evaluate", "fraud.safetensors", "fraud.csv", "--json").json
        #expect(report["classes"]?.array?.count == 2)
        #expect(report["classes"]?.array?[1]["rows"]?.integer == 20)
        #expect(report["confusion"]?.array?.count == 2)
        #expect(report["baseline"]?["accuracy"]?.number == 0.99)
        #expect(report["threshold"]?["class"]?.string == "1")
        #expect((report["rocAUC"]?.number ?? 0) > 0.6)
        #expect(report["notices"]?.array?.count == 1)
        for key in ["loss", "accuracy", "balancedAccuracy", "f1", "logLoss", "calibrationError"] {
            #expect(report[key]?.number != nil, "\(key)")
        }
    }

    @Test func numbersHaveIntervalsAndUnits() throws {
        defer { folder.remove() }
        var csv = "size,age,price\n"
        for row in 0..<300 {
            let (size, age) = (20 + row * 37 % 200, row * 13 % 50)
            csv += "\(size),\(age),\(1000 * size - 500 * age + row * 7919 % 9000)\n"
        }
        try write(csv, "houses.csv")
        let training = try run(
            "train", "houses.csv", "--target", "price", "--effort", "quick", "--json")
        let report = try training.json
        let validation = try #require(report["validation"])
        let rmse = try #require(validation["rmse"]?.number)
        #expect(rmse > 1000 && abs((validation["loss"]?.number ?? 0) / (rmse * rmse) - 1) < 1e-6)
        #expect((validation["medianError"]?.number ?? 0) > 100)
        #expect((validation["baseline"]?["rmse"]?.number ?? 0) > 30_000)
        #expect((report["history"]?.array?.count ?? 0) > 10)
        #expect(training.errors.contains("linear: rmse "), "\(training.errors)")
        let predictions = try run(
            "predict", "houses.safetensors", "houses.csv", "--interval", ".9")
        let lines = predictions.output.split(separator: "\n")
        #expect(lines.first == "prediction,low,high" && lines.count == 301)
        var inside = 0
        for (line, row) in zip(lines.dropFirst(), csv.split(separator: "\n").dropFirst()) {
            let cells = line.split(separator: ",").compactMap { Double($0) }
            let price = try #require(row.split(separator: ",").last.flatMap { Double($0) })
            try #require(cells.count == 3)
            #expect(abs(cells[1] + cells[2] - 2 * cells[0]) < 1e-3)
            inside += cells[1] <= price && price <= cells[2] ? 1 : 0
        }
        // The model has seen these rows.
        #expect(inside > 255)
        let wider = try run(
            "predict", "houses.safetensors", "houses.csv", "--interval", ".95", "--json"
        ).json
        #expect(wider["low"]?.array?.count == 300 && wider["high"]?.array?.count == 300)
        for level in ["0", "1", "1.5", ".9999", "x"] {
            let wrong = try run(
                "predict", "houses.safetensors", "houses.csv", "--interval", level)
            #expect(wrong.status != 0 && wrong.output.isEmpty)
        }
        let text = try run(
            "evaluate", "houses.safetensors", "houses.csv", "--importance", "--dependence", "size",
            "--interval", ".8")
        #expect(text.output.contains("interval of 80 %: ±"))
        #expect(text.output.contains("rmse +") && text.output.contains("mean prediction  size"))
        #expect(isNarrow(text.output), "\(text.output)")
        let effects = try run(
            "evaluate", "houses.safetensors", "houses.csv", "--importance", "--dependence", "age",
            "--json"
        ).json
        #expect(effects["importance"]?["metric"]?.string == "rmse")
        #expect(effects["importance"]?["columns"]?.array?.first?["column"]?.string == "size")
        #expect(effects["dependence"]?.array?.first?["points"]?.array?.count == 10)
        // One row: r2 has no value, and that is said.
        try write("size,age,price\n100,10,95000\n", "one.csv")
        let one = try run("evaluate", "houses.safetensors", "one.csv", "--json").json
        #expect(one["r2"] == .null && one["rows"]?.integer == 1)
        let told = try run("evaluate", "houses.safetensors", "one.csv")
        #expect(told.errors.contains("r2 has no value: one row has no variance"))
    }

    @Test func aPlainNetworkSpeaksOfOneUnit() throws {
        defer { folder.remove() }
        var csv = "x,y\n"
        for row in 0..<200 { csv += "\(row * 37 % 200),\(500 * (row * 37 % 200))\n" }
        try write(csv, "line.csv")
        let training = try run("train", "line.csv", "--target", "y", "--epochs", "10")
        #expect(training.status == 0, "\(training.errors)")
        let epochs = training.errors.split(separator: "\n").filter { $0.hasPrefix("epoch ") }
        #expect(epochs.count == 10)
        func number(_ name: String, in line: Substring) -> Double? {
            let words = line.replacing(",", with: "").split(separator: " ")
            return words.lastIndex(of: Substring(name)).flatMap { Double(words[$0 + 1]) }
        }
        let kept = try #require(
            training.output.split(separator: "\n").first { $0.hasPrefix("weights: those of epoch") }
        )
        let best = try #require(Int(kept.split(separator: " ")[4]))
        let final = try #require(
            training.output.split(separator: "\n").first { $0.hasPrefix("validation: ") })
        let (then, now) = (number("rmse", in: epochs[best - 1]), number("rmse", in: final))
        #expect(then != nil && abs((then ?? 0) - (now ?? 1)) < 1e-3 * (now ?? 1))
        #expect((now ?? 0) > 50)
        #expect(isNarrow(training.output), "\(training.output)")
        let json = try run("train", "line.csv", "--target", "y", "--epochs", "3", "--json").json
        #expect(json["history"]?.array?.count == 3 && json["restored_epoch"]?.integer != nil)
    }

    @Test func aTrainingThatDivergesLeavesNoModel() throws {
        defer { folder.remove() }
        for steps in ["1", "3"] {
            let result = try run(
                "train", "iris", "--steps", steps, "--learning-rate", "1e38", "--json")
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(result.errors.contains("training: expected a finite loss"), "\(result.errors)")
            #expect(folder.contents.isEmpty)
        }
    }
}
