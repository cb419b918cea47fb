import Foundation
import KalsaeFiles
import Testing

/// From which probability on one of two classes is predicted.
@Suite struct ThresholdTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    /// One in ten is a fraud, and no rule tells all of them.
    private func payments() -> String {
        var text = "amount,hour,fraud\n"
        for row in 0..<600 {
            let isFraud = row * 31 % 10 == 3
            let amount = Double(row * 7919 % 1000) + (isFraud ? 400 : 0)
            text += "\(amount),\(row * 29 % 24),\(isFraud ? "yes" : "no")\n"
        }
        return text
    }

    /// The predicted class and the probability of `yes` of each row.
    private func rows(_ text: String) throws -> [(predicted: String, probability: Double)] {
        let csv = try CSV(Array(text.utf8), header: .present)
        #expect(csv.header == ["prediction", "no", "yes"])
        return (0..<csv.rowCount).map {
            (csv.text(row: $0, column: 0), csv.number(row: $0, column: 2) ?? .nan)
        }
    }

    @Test(arguments: [["--effort", "quick"], ["--epochs", "20"]])
    func theBestOfHeldOutRows(_ options: [String]) throws {
        defer { folder.remove() }
        let text = payments()
        try folder.write(text, to: "payments.csv")
        let actual = text.split(separator: "\n").dropFirst().map { $0.hasSuffix("yes") }
        let base = ["train", "payments.csv", "--target", "fraud", "--json"] + options
        let training = try CommandRun(base + ["--output", "plain"], in: folder)
        try #require(training.status == 0, "\(training.errors)")
        let point = try #require(try training.json["validation"]?["threshold"])
        #expect(point["class"]?.string == "yes")
        let best = try #require(point["probability"]?.number)
        #expect(best > 0.05 && best < 0.95 && abs(best - 0.5) > 1e-6)

        let usual = try rows(run("predict", "plain", "payments.csv").output)
        #expect(usual.count == 600)
        #expect(usual.allSatisfy { ($0.predicted == "yes") == ($0.probability > 0.5) })
        for (option, threshold) in [("best", best), (".2", 0.2), ("0", 0), ("1", 1)] {
            let result = try run("predict", "plain", "payments.csv", "--threshold", option)
            let changed = try rows(result.output)
            // Probabilities are written as float32 is.
            #expect(changed.map(\.probability) == usual.map(\.probability))
            #expect(
                changed.allSatisfy { ($0.predicted == "yes") == ($0.probability >= threshold) })
            #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
            #expect(result.errors.contains("\"yes\" is predicted from probability"))
            let report = try run(
                "evaluate", "plain", "payments.csv", "--threshold", option, "--json"
            ).json
            let hits = zip(changed, actual).count { $0.predicted == "yes" && $1 }
            let said = changed.count { $0.predicted == "yes" }
            let counts = report["confusion"]?.array?.map { $0.array?.map(\.integer) ?? [] }
            #expect(counts == [[540 - said + hits, said - hits], [60 - hits, hits]])
            #expect(report["decision"]?["class"]?.string == "yes")
            #expect(report["decision"]?["probability"]?.number == threshold)
        }

        let kept = try CommandRun(
            base + ["--output", "kept", "--threshold", "best"], in: folder)
        try #require(kept.status == 0, "\(kept.errors)")
        let decision = try kept.json["validation"]?["decision"]
        #expect(decision?["probability"]?.number == best)
        let own = try run("predict", "kept", "payments.csv")
        #expect(own.errors.split(separator: "\n").count == 1)
        #expect(own.errors.contains("as it was trained; --threshold .5"), "\(own.errors)")
        #expect(
            own.output
                == (try run("predict", "plain", "payments.csv", "--threshold", "best"))
                .output)
        let half = try run("predict", "kept", "payments.csv", "--threshold", ".5")
        #expect(half.output == (try run("predict", "plain", "payments.csv")).output)
        // What is reported of rows held out is the best F1 that was promised for them.
        let f1 = try kept.json["validation"]?["classes"]?.array?[1]["f1"]?.number
        #expect(abs((f1 ?? 0) - (point["f1"]?.number ?? 1)) < 1e-12)
        let told = try run("evaluate", "kept", "payments.csv")
        #expect(told.output.contains("  \"yes\" is predicted from probability "))
    }

    /// What a run or a file says is taken as an option of the call is.
    @Test func runsAndFilesSayIt() throws {
        defer { folder.remove() }
        try folder.write(payments(), to: "payments.csv")
        let first = try run(
            "train", "payments.csv", "--target", "fraud", "--epochs", "2", "--patience", "0",
            "--threshold", "best", "--name", "t", "--output", "m")
        try #require(first.status == 0, "\(first.errors)")
        let own = try run("predict", "m", "payments.csv")
        #expect(own.errors.contains("is predicted from probability"))
        let again = try run("train", "--config-of", "t", "--output", "again")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try run("predict", "again", "payments.csv").output == own.output)
        let more = try run("train", "--resume", "t", "--epochs", "3")
        #expect(more.status == 0, "\(more.errors)")
        let export = try run("runs", "export", "t", "--as-config")
        try #require(export.status == 0 && export.output.contains(/threshold: "?best/))
        try folder.write(export.output, to: "plan.yaml")
        #expect(try run("train", "plan.yaml", "--output", "planned").status == 0)
        for (value, status) in [(".3", 0), ("0.3", 0), ("most", 64), ("1.5", 1)] {
            try folder.write(
                "data: payments.csv\ntarget: fraud\nepochs: 1\nthreshold: \(value)\n",
                to: "own.yaml")
            let result = try run("train", "own.yaml", "--output", "own", "--overwrite")
            #expect(result.status == status, "\(value): \(result.errors)")
        }
        // Nothing is recorded of a record that goes on.
        let bare = try run("train", "--resume", "t", "--epochs", "4", "--no-record")
        #expect(bare.status == 1 && bare.errors.contains("--no-record: expected a training from"))
    }

    /// Of one row that counts no threshold is the best: the training is none the worse.
    @Test(arguments: [["--effort", "quick"], ["--epochs", "2"]])
    func whereRowsTellNone(_ options: [String]) throws {
        defer { folder.remove() }
        let lines = payments().split(separator: "\n").enumerated().map { row, line in
            // All rows that count are of one class.
            "\(line),\(row == 0 ? "w" : line.hasSuffix("yes") ? "0" : "1")"
        }
        try folder.write(lines.joined(separator: "\n"), to: "payments.csv")
        let result = try CommandRun(
            [
                "train", "payments.csv", "--target", "fraud", "--weight", "w", "--threshold",
                "best", "--output", "m",
            ] + options, in: folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("--threshold best: the rows held out tell none"))
        let predicted = try run("predict", "m", "payments.csv")
        #expect(predicted.status == 0 && !predicted.errors.contains("from probability"))
    }

    @Test func whereThereIsNoThreshold() throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try folder.write(payments(), to: "payments.csv")
        for (arguments, expected) in [
            (["iris"], "--threshold: expected two classes, got 3 classes"),
            (["houses.csv", "--target", "price"], "got numbers to predict"),
            (["houses.csv", "--target", "price", "--epochs", "2"], "got numbers to predict"),
        ] {
            let result = try CommandRun(
                ["train"] + arguments + ["--threshold", "best", "--output", "m"], in: folder)
            #expect(result.status == 1 && result.errors.contains(expected), "\(result.errors)")
            #expect(!folder.contents.contains("m"))
        }
        _ = try run("train", "iris", "--steps", "5")
        let flowers = try run("evaluate", "iris.safetensors", "iris", "--threshold", ".4")
        #expect(flowers.status == 1 && flowers.errors.contains("got 3 classes"))
        _ = try run("train", "payments.csv", "--target", "fraud", "--epochs", "1")
        for wrong in ["1.5", "-.1", "nan"] {
            let result = try run(
                "predict", "payments.safetensors", "payments.csv", "--threshold", wrong)
            #expect(result.status == 1 && result.output.isEmpty)
            #expect(
                result.errors.contains("expected best, or a probability from 0 to 1"),
                "\(result.errors)")
        }
        let word = try run(
            "predict", "payments.safetensors", "payments.csv", "--threshold", "most")
        #expect(word.status != 0 && word.errors.contains("--threshold"))
    }
}
