import Foundation
import KalsaeFiles
import Testing

/// Files that come in several parts, and how they are read.
@Suite struct PredictionTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String..., input: String? = nil) throws -> CommandRun {
        try CommandRun(arguments, in: folder, input: input)
    }

    /// 1.9 MB: what is longer than 1 MiB is read in parts.
    private func long(kept: Bool, broken: Int? = nil) -> String {
        var text = kept ? "note,area,age\n" : "area,age,price\n"
        for row in 0..<(kept ? 30_000 : 140_000) {
            let (area, age) = (30 + row * 7 % 20, row * 7 % 11)
            if kept {
                text += "\"row \(row), in words that nobody reads but the file\","
                text += "\(area),\(row == broken ? "broken" : "\(age)")\n"
            } else {
                text += "\(area),\(age),\(1000 * (area - 30) + 500 + row % 7)\n"
            }
        }
        return text
    }

    private func trainHouses() throws {
        try folder.write(Tables.houses(), to: "houses.csv")
        let training = try run("train", "houses.csv", "--target", "price", "--epochs", "3")
        try #require(training.status == 0, "\(training.errors)")
    }

    @Test func listsAreTheRowsOfTheTable() throws {
        defer { folder.remove() }
        try trainHouses()
        try folder.write(long(kept: true), to: "long.csv")
        let options = ["houses.safetensors", "long.csv", "--interval", ".5", "--keep", "note"]
        let table = try CommandRun(["predict"] + options, in: folder)
        try #require(table.status == 0, "\(table.errors)")
        let csv = try CSV(Array(table.output.utf8), header: .present)
        let predicted = try CommandRun(["predict", "--json"] + options, in: folder)
        #expect(predicted.output.hasSuffix("}\n"))
        // Parts of other lengths compile nothing anew.
        #expect(predicted.errors.isEmpty, "\(predicted.errors)")
        let json = try predicted.json
        #expect(json.members?.map(\.key) == ["predictions", "low", "high", "kept"])
        for (column, list) in [json["kept"]?["note"], json["predictions"], json["low"]].enumerated()
        {
            let list = try #require(list?.array)
            try #require(list.count == 30_000 && csv.rowCount == 30_000)
            for row in stride(from: 0, to: 30_000, by: 7) {
                let text = list[row].string ?? list[row].text
                #expect(text == csv.text(row: row, column: column))
            }
        }
        let file = try run(
            "predict", "houses.safetensors", "long.csv", "--json", "--interval", ".5", "--keep",
            "note", "--output", "out.json")
        #expect(file.status == 0 && file.output.isEmpty, "\(file.errors)")
        #expect(try folder.bytes(of: "out.json") == Data(predicted.output.utf8))
    }

    @Test func aFileThatTurnsOutBadLeavesNothing() throws {
        defer { folder.remove() }
        try trainHouses()
        try folder.write(long(kept: true), to: "good.csv")
        try folder.write(long(kept: true, broken: 29_000), to: "bad.csv")
        for format in ["--json", "--quiet"] {
            let good = try run(
                "predict", "houses.safetensors", "houses.csv", format, "--output", "out",
                "--overwrite")
            #expect(good.status == 0, "\(good.errors)")
            let before = try folder.bytes(of: "out")
            let files = folder.contents
            // The second file is read when the first has been written.
            let bad = try run(
                "predict", "houses.safetensors", "good.csv", "bad.csv", format, "--output", "out",
                "--overwrite")
            #expect(bad.status == 1)
            #expect(
                bad.errors.contains("\"broken\" on line 29002"), "\(bad.errors.suffix(300))")
            #expect(try folder.bytes(of: "out") == before)
            #expect(folder.contents == files)
        }
        let shown = try run("predict", "houses.safetensors", "good.csv", "bad.csv", "--json")
        #expect(shown.status == 1 && shown.output.isEmpty)
    }

    /// Text among numbers and missing columns are missing values where that is asked for, and told.
    @Test func lenientTakesWhatCannotBeReadAsMissing() throws {
        defer { folder.remove() }
        try trainHouses()
        try folder.write("area,age\n30,abc\n30,\n50,3\n", to: "stray.csv")
        let strict = try run("predict", "houses.safetensors", "stray.csv")
        #expect(strict.status == 1 && strict.errors.contains("--lenient"), "\(strict.errors)")
        let said = try run("predict", "houses.safetensors", "stray.csv", "--lenient")
        let rows = said.output.split(separator: "\n")
        #expect(said.status == 0 && rows.count == 4 && rows[1] == rows[2], "\(said.errors)")
        #expect(said.errors.contains("column \"age\": 1 cell that is no number, first \"abc\""))
        try folder.write("area\n30\n30\n50\n", to: "short.csv")
        let short = try run("predict", "houses.safetensors", "short.csv")
        #expect(short.status == 1 && short.errors.contains("--lenient"), "\(short.errors)")
        let filled = try run("predict", "houses.safetensors", "short.csv", "--lenient")
        #expect(filled.status == 0 && filled.output.split(separator: "\n")[1] == rows[1])
        #expect(filled.errors.contains("column \"age\" is not there; taken as missing in 3 rows"))
        try folder.write("area,age,price\n30,abc,500\n40,2,10500\n50,3,?x\n", to: "priced.csv")
        let measured = try run(
            "evaluate", "houses.safetensors", "priced.csv", "--lenient", "--worst", "1", "--json")
        #expect(try measured.json["rows"]?.integer == 2, "\(measured.errors)")
        try folder.write("x\n30\n", to: "other.csv")
        let other = try run("predict", "houses.safetensors", "other.csv", "--lenient")
        #expect(other.status == 1 && other.errors.contains("expected columns named"))
    }

    /// r2, rmse and mae by hand from the predictions of the same command.
    @Test func measuresOfAllPartsAreThoseOfAllRows() throws {
        defer { folder.remove() }
        try trainHouses()
        let text = long(kept: false)
        try folder.write(text, to: "long.csv")
        let report = try run("evaluate", "houses.safetensors", "long.csv", "--json").json
        let predictions = try run("predict", "houses.safetensors", "long.csv").output
            .split(separator: "\n").dropFirst().compactMap { Double($0) }
        let prices = text.split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: ",").last.flatMap { Double($0) }
        }
        try #require(predictions.count == 140_000 && prices.count == 140_000)
        let errors = zip(predictions, prices).map { $0 - $1 }
        let mean = prices.reduce(0, +) / 140_000
        let squares = errors.reduce(0) { $0 + $1 * $1 }
        let spread = prices.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let mae = errors.reduce(0) { $0 + abs($1) } / 140_000
        // Prices and predictions go through float32.
        #expect(report["rows"]?.integer == 140_000)
        #expect(abs((report["r2"]?.number ?? 9) - (1 - squares / spread)) < 1e-5)
        let rmse = (squares / 140_000).squareRoot()
        #expect(abs((report["rmse"]?.number ?? 0) / rmse - 1) < 1e-5)
        #expect(abs((report["mae"]?.number ?? 0) / mae - 1) < 1e-5)
        #expect(abs((report["baseline"]?["mae"]?.number ?? 0) / 5000 - 1) < 0.01)
    }

    /// Semicolons, decimal commas and a line above, as a pipe that is read once.
    @Test func whatColumnsDoIsMeasuredAsTheFileIsRead() throws {
        defer { folder.remove() }
        try trainHouses()
        let plain = try run(
            "evaluate", "houses.safetensors", "houses.csv", "--importance", "--dependence", "area",
            "--dependence", "age", "--json"
        ).json
        #expect(plain["importance"]?["columns"]?.array?.count == 2)
        #expect(plain["dependence"]?.array?.map { $0["column"]?.string } == ["area", "age"])
        let odd = Tables.houses(separator: "|").replacing("\n", with: ",0\n")
            .replacing("price,0", with: "price")
        try folder.write("a|b|c\n" + odd, to: "odd.csv")
        let reading = ["--skip-lines", "1", "--separator", "pipe", "--decimal", "comma"]
        let asked = ["--importance", "--dependence", "area", "--dependence", "age", "--json"]
        for file in ["odd.csv", "-"] {
            let result = try CommandRun(
                ["evaluate", "houses.safetensors", file] + asked + reading, in: folder,
                input: "odd.csv")
            #expect(result.status == 0, "\(result.errors)")
            let json = try result.json
            #expect(json["importance"] == plain["importance"] && json["rmse"] == plain["rmse"])
            let means = json["dependence"]?.array?.map { table in
                table["points"]?.array?.map { $0["mean"] }
            }
            let expected = plain["dependence"]?.array?.map { table in
                table["points"]?.array?.map { $0["mean"] }
            }
            #expect(means == expected && means?.first??.count == 10)
        }
        let wrong = try run(
            "evaluate", "houses.safetensors", "houses.csv", "--dependence", "aera")
        #expect(wrong.status == 1 && wrong.errors.contains("did you mean \"area\"?"))
    }

    @Test func aSetIsMeasuredAndNotPredicted() throws {
        defer { folder.remove() }
        let trained = try run("train", "iris", "--epochs", "2", "--output", "m.safetensors")
        #expect(trained.status == 0, "\(trained.errors)")
        let refused = try run("predict", "m.safetensors", "iris")
        #expect(
            refused.errors
                == "error: iris: expected files to predict, got the name of a set; to measure a "
                + "model on it: kalsae evaluate m.safetensors iris\n")
        #expect(refused.status == 1)
    }
}
