import Foundation
import KalsaeFiles
import Testing

/// What was predicted for rows that were held out, as `--predictions` writes it.
@Suite struct HeldOutPredictionTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    /// Orders of which each seventh has no target, and late ones are the larger ones.
    private func orders() -> String {
        var text = "size,region,late\n"
        for row in 0..<420 {
            let size = row * 7919 % 100
            let late = row % 7 == 3 ? "" : size + row % 13 > 60 ? "yes" : "no"
            text += "\(size),\(row % 3 == 0 ? "north" : "south"),\(late)\n"
        }
        return text
    }

    private static let cases: [(options: [String], parts: [String: ClosedRange<Int>])] = [
        (["--effort", "quick"], ["fold": 360...360]),
        (["--effort", "quick", "--split", "80/20"], ["fold": 280...296, "test": 64...80]),
        (["--network", "8", "--epochs", "3"], ["validation": 50...58, "test": 50...58]),
        (["--network", "8", "--epochs", "3", "--folds", "3"], ["fold": 360...360]),
    ]

    @Test(arguments: cases.indices) func eachRowOnceAsItIsReported(_ index: Int) throws {
        defer { folder.remove() }
        let (options, parts) = Self.cases[index]
        let text = orders()
        try folder.write(text, to: "orders.csv")
        let training = try CommandRun(
            [
                "train", "orders.csv", "--target", "late", "--output", "m", "--predictions",
                "p.csv", "--json",
            ] + options, in: folder)
        try #require(training.status == 0, "\(training.errors)")
        let csv = try CSV(Array(folder.bytes(of: "p.csv")), header: .present)
        #expect(csv.header == ["row", "part", "late", "prediction", "no", "yes"])
        let truths = text.split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)[2]
        }
        var (counts, hits): ([String: Int], [String: Int]) = ([:], [:])
        var numbers: [Int] = []
        for row in 0..<csv.rowCount {
            let cells = (0..<6).map { csv.text(row: row, column: $0) }
            let number = try #require(Int(cells[0]))
            numbers.append(number)
            #expect(cells[2] == truths[number - 1])
            let part = String(cells[1].prefix { $0 != " " })
            counts[part, default: 0] += 1
            hits[part, default: 0] += cells[2] == cells[3] ? 1 : 0
            let shares = (Double(cells[4]) ?? .nan, Double(cells[5]) ?? .nan)
            #expect(abs(shares.0 + shares.1 - 1) < 1e-6)
            #expect((shares.1 > shares.0) == (cells[3] == "yes"))
        }
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        #expect(Set(counts.keys) == Set(parts.keys))
        for (part, range) in parts {
            #expect(range.contains(counts[part] ?? 0), "\(counts)")
            let report = try training.json[part == "fold" ? "validation" : part]
            let accuracy = Double(hits[part] ?? 0) / Double(counts[part] ?? 1)
            #expect(abs((report?["accuracy"]?.number ?? .nan) - accuracy) < 1e-12, "\(part)")
        }
    }

    @Test(arguments: ["row", "part", "prediction"])
    func aTargetOfTheSameNameStaysBesideThem(_ name: String) throws {
        defer { folder.remove() }
        let text = orders().replacing("size,region,late", with: "size,region,\(name)")
        try folder.write(text, to: "orders.csv")
        let training = try CommandRun(
            [
                "train", "orders.csv", "--target", name, "--network", "4", "--epochs", "1",
                "--predictions", "p.csv",
            ], in: folder)
        try #require(training.status == 0, "\(training.errors)")
        let csv = try CSV(Array(folder.bytes(of: "p.csv")), header: .present)
        #expect(csv.header == ["row", "part", "\(name) (target)", "prediction", "no", "yes"])
    }

    @Test func whatCannotBeWrittenIsRefusedBefore() throws {
        defer { folder.remove() }
        try folder.write(orders(), to: "orders.csv")
        try folder.write("mine\n", to: "p.csv")
        let base = [
            "train", "orders.csv", "--target", "late", "--effort", "quick", "--output", "m",
        ]
        for (name, words) in [
            ("orders.csv", "the table"), ("p.csv", "--overwrite"), ("m", "the model"),
        ] {
            let run = try CommandRun(base + ["--predictions", name], in: folder)
            #expect(run.status == 1 && run.errors.contains(words), "\(run.errors)")
        }
        let iris = try CommandRun(["train", "iris", "--predictions", "q.csv"], in: folder)
        #expect(iris.status == 1 && iris.errors.contains("a CSV file"))
        #expect(folder.contents == ["orders.csv", "p.csv"])
    }
}
