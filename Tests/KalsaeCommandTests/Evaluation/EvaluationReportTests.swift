import Foundation
import KalsaeFiles
import Testing

/// `kalsae evaluate --report`, and `--plot` of the verbs that train and measure.
@Suite("evaluation report") struct EvaluationReportTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try folder.bytes(of: name), as: UTF8.self)
    }

    /// Two classes with names that are markup, told by one column nearly, and numbers beside.
    private func writeTable() throws {
        var lines = ["x,color,kind"]
        for row in 0..<200 {
            let kind = (row * 7919) % 200 < 100 ? "<b>low</b>" : "high & dry"
            let x = Double((row * 7919) % 200) + (row % 10 == 0 ? 40 : 0)
            lines.append("\(x),\(row % 3 == 0 ? "red" : "blue"),\(kind)")
        }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "t.csv")
    }

    /// Rows are those of the file, also behind rows without a target.
    @Test func theWorstRowsAreThoseOfTheFile() throws {
        defer { folder.remove() }
        var rows = (0..<80).map { (x: Double($0), kind: $0 < 40 ? "low" : "high") }
        rows[70].kind = "low"
        rows[3].kind = ""
        let text = rows.map { "\($0.x),\($0.kind)" }.joined(separator: "\n")
        try folder.write("x,kind\n" + text + "\n", to: "t.csv")
        let train = try run([
            "train", "t.csv", "--target", "kind", "--network", "1-8-2", "--epochs", "60",
            "--learning-rate", "0.05", "--output", "m.safetensors", "--quiet",
        ])
        #expect(train.status == 0, "\(train.errors)")
        let measured = try run(["evaluate", "m.safetensors", "t.csv", "--worst", "2", "--json"])
        let worst = try #require(try measured.json["worst"])
        #expect(worst["columns"] == ["x", "kind"])
        let list = try #require(worst["rows"]?.array)
        #expect(list.count == 2)
        #expect(list[0]["row"] == 71)
        #expect(list[0]["actual"] == "low" && list[0]["predicted"] == "high")
        #expect(list[0]["cells"] == ["70.0", "low"])
        #expect((list[0]["probability"]?.number ?? 1) < (list[1]["probability"]?.number ?? 0))
        let shown = try run(["evaluate", "m.safetensors", "t.csv", "--worst", "1"])
        let last = try #require(shown.output.split(separator: "\n").last)
        #expect(last.split(separator: " ").prefix(2) == ["71", "low"])
        #expect(try run(["evaluate", "m.safetensors", "t.csv", "--worst", "0"]).status == 1)
    }

    @Test func theWorstImagesAreFiles() throws {
        defer { folder.remove() }
        let train = try run([
            "train", "digits", "--network", "784-10", "--epochs", "1", "--output", "m.safetensors",
            "--quiet",
        ])
        #expect(train.status == 0, "\(train.errors)")
        let measured = try run(["evaluate", "m.safetensors", "digits", "--worst", "3", "--json"])
        let rows = try #require(try measured.json["worst"]?["rows"]?.array)
        #expect(rows.count == 3)
        for row in rows {
            let image = try #require(
                row["image"]?.string.flatMap { Data(base64Encoded: $0) })
            #expect(image.starts(with: [0x89, 0x50, 0x4e, 0x47]))
            #expect(row["cells"] == nil && row["actual"] != row["predicted"])
        }
    }

    @Test func thePageHasTheNumbersOfTheTerminal() throws {
        defer { folder.remove() }
        try writeTable()
        let train = try run([
            "train", "t.csv", "--target", "kind", "--epochs", "10", "--output", "m.safetensors",
            "--quiet",
        ])
        #expect(train.status == 0, "\(train.errors)")
        let evaluate = try run([
            "evaluate", "m.safetensors", "t.csv", "--report", "r.html", "--plot", "c.csv", "--json",
            "--importance", "--dependence", "x", "--dependence", "color",
        ])
        #expect(evaluate.status == 0, "\(evaluate.errors)")
        let page = try text("r.html")
        let json = try evaluate.json
        for name in ["accuracy", "logLoss"] {
            let value = try #require(json[name]?.number ?? json["loss"]?.number)
            let shown = String(format: "%.4f", value)
            #expect(page.contains("<dd>\(shown)</dd>"), "\(name) \(shown)")
        }
        #expect(!page.contains("<b>low") && page.contains("&lt;b&gt;low&lt;/b&gt;"))
        #expect(page.contains("high &amp; dry"))
        for word in ["ROC", "Reliability", "Importance", "color", "Rows that are most wrong"] {
            #expect(page.contains(word), "\(word)")
        }
        // The matrix of the figure is that of --json.
        let counts = try #require(json["confusion"]?.array).flatMap {
            $0.array?.compactMap(\.number) ?? []
        }
        let cells = try text("c.csv").split(separator: "\n").dropFirst().compactMap {
            $0.split(separator: ",").compactMap { Double($0) }.first
        }
        #expect(counts.count == 4 && cells == counts)
        // What is there stays, and is named.
        let again = try run(["evaluate", "m.safetensors", "t.csv", "--report", "r.html"])
        #expect(again.status != 0 && again.errors.contains("--overwrite"))
        #expect(
            try run(["evaluate", "m.safetensors", "t.csv", "--report", "r.html", "--overwrite"])
                .status == 0)
        let two = try run(["evaluate", "m.safetensors", "t.csv", "t.csv", "--report", "s.html"])
        #expect(two.status != 0 && two.errors.contains("one source of data"))
    }

    /// The worst rows of numbers are those of the largest errors.
    @Test func valuesHaveTheirWorstRows() throws {
        defer { folder.remove() }
        var lines = ["x,y"]
        for row in 0..<120 { lines.append("\(row % 40),\(row == 57 ? 5000 : (row % 40) * 3)") }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "v.csv")
        let train = try run([
            "train", "v.csv", "--target", "y", "--epochs", "3", "--output", "v.safetensors",
            "--quiet", "--plot", "run.csv",
        ])
        #expect(train.status == 0, "\(train.errors)")
        #expect(try text("run.csv").contains("train/loss"))
        let evaluate = try run([
            "evaluate", "v.safetensors", "v.csv", "--report", "v.html", "--plot", "v.svg",
        ])
        #expect(evaluate.status == 0, "\(evaluate.errors)")
        #expect(try text("v.svg").hasPrefix("<svg"))
        let dark = try run([
            "evaluate", "v.safetensors", "v.csv", "--plot", "dark.svg", "--dark", "--size",
            "800x500",
        ])
        #expect(dark.status == 0, "\(dark.errors)")
        #expect(try text("dark.svg").contains("width=\"800\" height=\"500\""))
        // The ground is the first color that is written: sums of its channels.
        func ground(_ file: String) throws -> Int {
            let color =
                try text(file).split(separator: "fill=\"#").dropFirst().first?.prefix(6) ?? ""
            return color.chunked(by: 2).compactMap { Int($0, radix: 16) }.reduce(0, +)
        }
        #expect(try ground("dark.svg") < 150 && ground("v.svg") > 700)
        let alone = try run(["evaluate", "v.safetensors", "v.csv", "--dark"])
        #expect(alone.status != 0 && alone.errors.contains("--plot"), "\(alone.errors)")
        let rows = try text("v.html").split(separator: "<tbody>").last ?? ""
        // Row 58 of the data, from 1.
        #expect(rows.contains("<td class=\"number\">58</td><td class=\"number\">5000"), "\(rows)")
    }

    @Test func imagesThatAreMostWrongAreShown() throws {
        defer { folder.remove() }
        let train = try run(["train", "digits", "--epochs", "1", "--quiet", "--plot", "d.svg"])
        #expect(train.status == 0, "\(train.errors)")
        let evaluate = try run([
            "evaluate", "digits.safetensors", "digits", "--report", "d.html",
        ])
        #expect(evaluate.status == 0, "\(evaluate.errors)")
        let page = try text("d.html")
        #expect(page.contains("Most wrong") && page.contains("data:image/png;base64,"))
    }

    @Test func plotsThatCannotBeAreRefusedBeforeAnything() throws {
        defer { folder.remove() }
        let cases: [(arguments: [String], text: String)] = [
            (["train", "iris", "--no-record", "--plot", "a.svg"], "--no-record"),
            (["train", "iris", "--plot", "a.gif"], ".svg"),
            (["train", "iris", "--plot", "none/a.svg"], "none/a.svg"),
            (["search", "iris", "--plot", "a"], ".svg"),
        ]
        for (arguments, text) in cases {
            let run = try run(arguments)
            #expect(run.status != 0, "\(arguments)")
            #expect(run.errors.contains(text), "\(arguments): \(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/kalsae-runs"))
        let search = try run([
            "search", "iris", "--trials", "3", "--epochs", "2", "--quiet", "--plot", "s.csv",
        ])
        #expect(search.status == 0, "\(search.errors)")
        #expect(try text("s.csv").contains("best so far"))
    }
}

extension Substring {
    /// Pieces of so many characters.
    fileprivate func chunked(by count: Int) -> [Substring] {
        isEmpty ? [] : [prefix(count)] + dropFirst(count).chunked(by: count)
    }
}
