import Foundation
import KalsaeFiles
import Testing

/// Numbers that are predicted by another loss than the square, from the option to the report.
@Suite struct TargetLossCommandTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    /// Visits whose number grows with size, and with a word.
    private func visits() -> String {
        var text = "size,kind,visits\n"
        for row in 0..<300 {
            let size = Double(row * 7919 % 300) / 100
            let rate = 1 + 2 * size + (row % 3 == 0 ? 3 : 0)
            text +=
                "\(size),\(row % 3 == 0 ? "shop" : "home"),\(Int(rate * Double(row * 31 % 11) / 5))\n"
        }
        return text
    }

    private func train(_ options: String...) throws -> CommandRun { try train(options) }

    private func train(_ options: [String]) throws -> CommandRun {
        try CommandRun(
            ["train", "visits.csv", "--target", "visits", "--output", "m", "--overwrite"] + options,
            in: folder)
    }

    /// The share of rows at or below their prediction, and the mean pinball loss, by the predictions.
    @Test(arguments: [["--effort", "quick"], ["--network", "16", "--epochs", "30"]])
    func reportsAreThoseOfThePredictions(_ options: [String]) throws {
        defer { folder.remove() }
        let text = visits()
        try folder.write(text, to: "visits.csv")
        let actual = text.split(separator: "\n").dropFirst().compactMap {
            Double($0.split(separator: ",")[2])
        }
        let training = try CommandRun(
            [
                "train", "visits.csv", "--target", "visits", "--output", "m", "--loss",
                "quantile=.8", "--json",
            ] + options, in: folder)
        try #require(training.status == 0, "\(training.errors)")
        let targetLoss = try training.json["validation"]?["target_loss"]
        #expect(targetLoss?["name"]?.string == "quantile(level: 0.8)")

        let output = try CommandRun(["predict", "m", "visits.csv"], in: folder).output
        let predicted = output.split(separator: "\n").dropFirst().compactMap { Double($0) }
        try #require(predicted.count == 300)
        let losses = zip(predicted, actual).map { p, t in p < t ? 0.8 * (t - p) : 0.2 * (p - t) }
        let loss = losses.reduce(0, +) / 300
        let below = Double(zip(predicted, actual).count { $1 <= $0 }) / 300
        let report = try CommandRun(["evaluate", "m", "visits.csv", "--json"], in: folder).json
        // Predictions and targets are float32 of size 10.
        #expect(abs((report["loss"]?.number ?? 0) - loss) < 1e-5)
        #expect(abs((report["target_loss"]?["below"]?.number ?? 0) - below) < 1e-12)
        #expect(below > 0.65 && below < 0.95, "\(below)")
        let sorted = actual.sorted()
        let constant = sorted[239]
        let always =
            actual.reduce(0) { $0 + max(0.8 * ($1 - constant), 0.2 * (constant - $1)) } / 300
        #expect(abs((report["target_loss"]?["constant"]?.number ?? 0) - always) < 1e-5)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        defer { folder.remove() }
        try folder.write(visits(), to: "visits.csv")
        for (options, words) in [
            (["--loss", "gamma"], "--loss gamma"), (["--loss", "quantile=3"], "between 0 and 1"),
            (["--loss", "posson"], "did you mean"), (["--loss", "quantile"], "quantile=.9"),
            (["--loss", "mae", "--task", "classification"], "--class-weight"),
        ] {
            let result = try CommandRun(
                ["train", "visits.csv", "--target", "visits", "--output", "m"] + options, in: folder
            )
            #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
            #expect(result.errors.split(separator: "\n").count == 1)
        }
        let iris = try CommandRun(["train", "iris", "--loss", "mae"], in: folder)
        #expect(iris.status == 1 && iris.errors.contains("--loss"))
        #expect(folder.contents == ["visits.csv"])
    }

    /// The loss of all rows is the mean of the folds' losses, weighted by their rows.
    @Test(arguments: [
        ["--effort", "quick", "--folds", "3"], ["--network", "8", "--epochs", "5", "--folds", "3"],
    ])
    func theLossOfFoldsIsThatOfAll(_ options: [String]) throws {
        defer { folder.remove() }
        try folder.write(visits(), to: "visits.csv")
        let training = try train(["--loss", "quantile=.8", "--json"] + options)
        try #require(training.status == 0, "\(training.errors)")
        let json = try training.json
        let loss = try #require(json["validation"]?["target_loss"]?["loss"]?.number)
        let spread = try #require(json["cross_validation"]?["target_loss"])
        #expect(spread["name"]?.string == "quantile(level: 0.8)")
        let folds = try #require(spread["folds"]?.array).compactMap(\.number)
        #expect(try folds.count == #require(json["cross_validation"]?["folds"]?.integer))
        let mean = try #require(spread["mean"]?.number)
        #expect(abs(folds.reduce(0, +) / Double(folds.count) - mean) < 1e-9)
        // 300 rows make folds of equal size.
        #expect(abs(mean - loss) < 1e-6 * loss, "\(mean) \(loss)")
        let words = try train(["--loss", "quantile=.8"] + options).output
        #expect(words.contains("loss by quantile(level: 0.8)"), "\(words)")
        let squares = try train(["--json"] + options).json
        #expect(squares["cross_validation"]?["metrics"] != nil)
        #expect(squares["cross_validation"]?["target_loss"] == nil)
    }

    @Test func contributionsAddUp() throws {
        defer { folder.remove() }
        try folder.write(visits(), to: "visits.csv")
        let training = try train("--loss", "poisson", "--effort", "quick")
        try #require(training.status == 0, "\(training.errors)")
        let result = try CommandRun(["predict", "m", "visits.csv", "--contributions"], in: folder)
        let csv = try CSV(Array(result.output.utf8), header: .present)
        #expect(csv.header == ["prediction", "base", "by size", "by kind"])
        #expect(csv.rowCount == 300)
        for row in 0..<csv.rowCount {
            let numbers = (0..<4).map { csv.number(row: row, column: $0) ?? .nan }
            #expect(numbers[0] > 0)
            // Sums of float32 numbers of size 10.
            #expect(abs(numbers[0] - numbers[1...].reduce(0, +)) < 1e-4)
        }
        try folder.write("size,kind\n0.5,shop\n", to: "one.csv")
        let one = try CommandRun(
            ["predict", "m", "one.csv", "--contributions", "--background", "visits.csv", "--json"],
            in: folder)
        #expect(try one.json["contributions"]?["kind"]?.array?.first?.number ?? 0 > 0)
        let none = try CommandRun(
            ["predict", "m", "one.csv", "--background", "visits.csv"], in: folder)
        #expect(none.status == 1 && none.errors.contains("--contributions"))
    }

    /// A decimal comma that is a thousands separator elsewhere: a number that was never seen.
    @Test func numbersFarOutsideAreTold() throws {
        defer { folder.remove() }
        try folder.write(visits(), to: "visits.csv")
        let training = try train("--effort", "quick")
        try #require(training.status == 0, "\(training.errors)")
        let usual = try CommandRun(["predict", "m", "visits.csv"], in: folder)
        #expect(usual.errors.isEmpty, "\(usual.errors)")
        try folder.write("size,kind\n1500,shop\n0.5,shop\n,home\n", to: "far.csv")
        let far = try CommandRun(["predict", "m", "far.csv"], in: folder)
        #expect(far.status == 0)
        #expect(
            far.errors.contains("far.csv: column \"size\": 1 of 3 rows far outside of 0 … 2.99"),
            "\(far.errors)")
    }

    /// A little outside is told of more than one of 20 rows.
    @Test(arguments: [(rows: 20, outside: 1, isTold: false), (20, 2, true)])
    func numbersALittleOutsideAreToldOfSome(_ rows: Int, _ outside: Int, _ isTold: Bool) throws {
        defer { folder.remove() }
        try folder.write(visits(), to: "visits.csv")
        let training = try train("--effort", "quick")
        try #require(training.status == 0, "\(training.errors)")
        // 2.99 is the greatest number, and 3.29 a tenth of the width beyond it.
        let lines = (0..<rows).map { "\($0 < outside ? "4" : "3.2"),home" }
        try folder.write((["size,kind"] + lines).joined(separator: "\n"), to: "new.csv")
        let result = try CommandRun(["predict", "m", "new.csv"], in: folder)
        #expect(result.errors.contains("\(outside) of \(rows) rows far outside") == isTold)
    }

    /// Counts are at least 0, and a quantile is an end of an interval itself.
    @Test func intervalsOfCountsAndQuantiles() throws {
        defer { folder.remove() }
        try folder.write(visits(), to: "visits.csv")
        let counts = try train("--effort", "quick", "--loss", "poisson")
        try #require(counts.status == 0, "\(counts.errors)")
        for options in [[], ["--json"]] {
            let words = ["predict", "m", "visits.csv", "--interval", ".9"] + options
            let run = try CommandRun(words, in: folder)
            try #require(run.status == 0, "\(run.errors)")
            let lows =
                options.isEmpty
                ? run.output.split(separator: "\n").dropFirst().compactMap {
                    Double($0.split(separator: ",")[1])
                } : try #require(try run.json["low"]?.array).compactMap(\.number)
            #expect(lows.count == 300 && lows.min() == 0 && (lows.max() ?? 0) > 0)
        }
        for (level, has) in [("quantile=.9", false), ("quantile=.5", true), ("mae", true)] {
            let training = try train("--effort", "quick", "--loss", level)
            #expect(training.output.contains("interval of 90 %") == has)
            let run = try CommandRun(
                ["predict", "m", "visits.csv", "--interval", ".9"], in: folder)
            #expect((run.status == 0) == has, "\(run.errors)")
            #expect(has || run.errors.contains("one of the quantile 0.9; two quantiles"))
        }
    }

    /// Predictions far from both ends are not taken for clipped ones, however far an outlier lies.
    @Test func anOutlierWidensNoEnd() throws {
        defer { folder.remove() }
        try folder.write(visits() + "0.5,home,1000000000\n", to: "visits.csv")
        let training = try train("--effort", "quick", "--loss", "mae")
        try #require(training.status == 0, "\(training.errors)")
        let result = try CommandRun(["predict", "m", "visits.csv"], in: folder)
        let values = result.output.split(separator: "\n").dropFirst().compactMap { Double($0) }
        #expect(values.count == 301 && values.allSatisfy { $0 < 100 }, "\(values.max() ?? 0)")
        #expect(!result.errors.contains("at an end"), "\(result.errors)")
    }

    /// Numbers of arrays are predicted in their own units, on the scale of the rows that were learned.
    @Test func numbersOfArraysKeepTheirScale() throws {
        defer { folder.remove() }
        let rows = 200
        let x = (0..<rows).map { Float($0 % 20) / 10 - 1 }
        let y = x.map { 500 + 40 * $0 }
        func save(_ name: String, _ count: Int) throws {
            try NPZ.write(
                [
                    .init("x", NPY(Array(x.prefix(count)), shape: [count, 1])),
                    .init("y", NPY(Array(y.prefix(count)), shape: [count])),
                ], to: "\(folder.path)/\(name)")
        }
        try save("all.npz", rows)
        try save("few.npz", 3)
        let training = try CommandRun(
            ["train", "all.npz", "--network", "1-1", "--learning-rate", ".05", "--output", "m"],
            in: folder)
        try #require(training.status == 0, "\(training.errors)")
        let output = try CommandRun(["predict", "m", "all.npz"], in: folder).output
        let predicted = output.split(separator: "\n").dropFirst().compactMap { Double($0) }
        try #require(predicted.count == rows)
        #expect(zip(predicted, y).allSatisfy { abs($0 - Double($1)) < 8 })
        let report = try CommandRun(["evaluate", "m", "few.npz", "--json"], in: folder).json
        let squares = zip(predicted, y).prefix(3).reduce(0) { $0 + pow($1.0 - Double($1.1), 2) }
        #expect(abs((report["rmse"]?.number ?? .nan) - (squares / 3).squareRoot()) < 1e-3)
    }

    /// Weights count rows as if they were there so many times.
    @Test func weightsOfAnEvaluation() throws {
        defer { folder.remove() }
        let lines = visits().split(separator: "\n").map(String.init)
        var (weighted, repeated) = ([lines[0] + ",w"], [lines[0]])
        for (row, line) in lines.dropFirst().enumerated() {
            weighted.append(line + ",\(row % 4)")
            repeated += Array(repeating: line, count: row % 4)
        }
        try folder.write(lines.joined(separator: "\n"), to: "visits.csv")
        try folder.write(weighted.joined(separator: "\n"), to: "weighted.csv")
        try folder.write(repeated.joined(separator: "\n"), to: "repeated.csv")
        let training = try train("--effort", "quick", "--loss", "quantile=.7")
        try #require(training.status == 0, "\(training.errors)")
        func report(_ words: String...) throws -> JSONValue {
            try CommandRun(["evaluate", "m", "--json"] + words, in: folder).json
        }
        let (one, other) = (
            try report("weighted.csv", "--weight", "w"), try report("repeated.csv")
        )
        for key in ["loss", "rmse", "mae", "r2"] {
            let difference = (one[key]?.number ?? .nan) - (other[key]?.number ?? 0)
            // Sums of 300 numbers of size 10 in another order.
            #expect(abs(difference) < 1e-9, "\(key)")
        }
        #expect(one["target_loss"]?["below"]?.number == other["target_loss"]?["below"]?.number)
        // Rows that count nothing are not among the worst.
        let worst = try report("weighted.csv", "--weight", "w", "--worst", "300")["worst"]
        let numbers = try #require(worst?["rows"]?.array).compactMap { $0["row"]?.integer }
        #expect(numbers.count == 225 && numbers.allSatisfy { ($0 - 1) % 4 != 0 })
        let alike = try report("weighted.csv")
        #expect(alike["rmse"]?.number != one["rmse"]?.number)
        let wrong = try CommandRun(["evaluate", "m", "visits.csv", "--weight", "w"], in: folder)
        #expect(wrong.status == 1 && wrong.errors.contains("\"w\""), "\(wrong.errors)")
    }
}
