import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// Pictures of runs, studies and lessons, as a user asks for them.
@Suite("kalsae plot") struct PlotTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    @Test func runsAreDrawn() throws {
        defer { folder.remove() }
        #expect(try run(["train", "iris", "--epochs", "6", "--quiet"]).status == 0)
        let terminal = try run(["plot", "iris", "--size", "60x15"])
        #expect(terminal.status == 0, "\(terminal.errors)")
        // No color where nobody looks at a terminal.
        #expect(!terminal.output.contains("\u{1B}"))
        #expect(terminal.output.contains("loss") && terminal.output.contains("accuracy"))
        for file in ["a.svg", "a.png", "a.csv"] {
            let plot = try run(["plot", "iris", "--output", file])
            #expect(plot.status == 0, "\(plot.errors)")
        }
        #expect(try String(decoding: folder.bytes(of: "a.svg"), as: UTF8.self).hasPrefix("<svg"))
        let image = try ImageFile.pixels([UInt8](folder.bytes(of: "a.png")), subject: "a.png")
        #expect(image.width == 1280 && image.height == 800)
        let csv = try String(decoding: folder.bytes(of: "a.csv"), as: UTF8.self)
        // Six epochs of three metrics, and what heads them.
        #expect(csv.split(separator: "\n").count >= 18)
        // A file of the user stays.
        let again = try run(["plot", "iris", "--output", "a.svg"])
        #expect(again.status != 0)
        #expect(again.errors.contains("--overwrite"))
        #expect(try run(["plot", "iris", "--output", "a.svg", "--overwrite"]).status == 0)
    }

    /// One epoch is a point, and no curve: the steps are drawn.
    @Test func metricsOfOnePointAreNoCurves() throws {
        defer { folder.remove() }
        let store = try Store(folder: folder.runs)
        let one = try store.createRun(RunDescription(name: "one"))
        for (metric, count) in [("loss", 5), ("train/loss", 1), ("validation/accuracy", 1)] {
            let points = (0..<count).map { MetricPoint(step: $0, time: $0, value: 0.5) }
            try store.append(points, to: metric, of: one)
        }
        let plot = try run(["plot", "one", "--output", "a.csv"])
        #expect(plot.status == 0, "\(plot.errors)")
        let csv = try String(decoding: folder.bytes(of: "a.csv"), as: UTF8.self)
        let series = csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
        #expect(series.count { $0 == "loss" } == 5 && series.count { $0 == "train/loss" } == 1)
        #expect(series.count == 6)
    }

    /// The steps of the learning of a table are epochs of all candidates, those of a network are not.
    @Test func axesThatCountEpochsSaySo() throws {
        defer { folder.remove() }
        let store = try Store(folder: folder.runs)
        for (name, metric) in [("table", "8-8/loss"), ("network", "train/loss"), ("steps", "loss")]
        {
            let run = try store.createRun(RunDescription(name: name))
            let points = (0..<5).map { MetricPoint(step: $0, epoch: $0, time: $0, value: 0.5) }
            try store.append(points, to: metric, of: run)
            let plot = try self.run(["plot", name, "--output", "\(name).svg"])
            #expect(plot.status == 0, "\(plot.errors)")
            let text = try String(decoding: folder.bytes(of: "\(name).svg"), as: UTF8.self)
            #expect(text.contains(">epoch</text>") == (name == "table"), "\(name)")
            #expect(text.contains(">step</text>") == (name != "table"), "\(name)")
            // Steps 0 to 4 have no halves.
            #expect(!text.contains(">0.5</text>") || !text.contains(">1.5</text>"), "\(name)")
        }
    }

    @Test func theRatesThatWereTriedAreDrawn() throws {
        defer { folder.remove() }
        let tried = try run(["train", "iris", "--find-rate", "--json", "--plot", "rates.csv"])
        #expect(tried.status == 0, "\(tried.errors)")
        let rates = try #require(try tried.json["rates"]?.array)
        let lines = try String(decoding: folder.bytes(of: "rates.csv"), as: UTF8.self).split(
            separator: "\n")
        #expect(lines.count { $0.hasPrefix("line,smoothed,") } == rates.count)
        #expect(lines.count { $0.hasPrefix("events,suggested ") } == 1)
    }

    /// The model and its run are what they were; the call has failed all the same.
    @Test func aFigureThatCannotBeWrittenIsAnError() throws {
        defer { folder.remove() }
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/a.svg", withDestinationPath: "/dev/full")
        let train = try run(["train", "iris", "--epochs", "2", "--quiet", "--plot", "a.svg"])
        #expect(train.status == 1 && train.errors.contains("a.svg: expected to write"))
        #expect(train.errors.split(separator: "\n").count == 1 && train.output.contains("model: "))
        let store = try Store(folder: folder.runs, for: .reading)
        let record = try store.run("iris")
        #expect(record.state == .finished)
        #expect(try !store.events(of: record).contains { $0.kind == "failed" })
        let folds = try run([
            "train", "iris", "--folds", "3", "--network", "4-8-3", "--plot", "b.svg",
        ])
        #expect(folds.status == 1)
    }

    @Test func wrongPlotsAreRefused() throws {
        defer { folder.remove() }
        #expect(try run(["train", "iris", "--epochs", "2", "--quiet"]).status == 0)
        let cases: [(arguments: [String], text: String)] = [
            (["iris", "--metric", "validation/los"], "did you mean"), (["irs"], "iris"),
            (["iris", "--output", "a.jpg"], ".svg"), (["iris", "--size", "big"], "640x400"),
            (["iris", "--size", "4x2"], "16 x 5"), (["iris", "--smooth", "0"], "from 1"),
            (["iris", "--output", "none/a.svg"], "none/a.svg"),
        ]
        for (arguments, text) in cases {
            let plot = try run(["plot"] + arguments)
            #expect(plot.status != 0, "\(arguments)")
            #expect(plot.errors.contains(text), "\(arguments): \(plot.errors)")
        }
    }

    @Test func studiesAndLessonsAreDrawn() throws {
        defer { folder.remove() }
        let search = try run([
            "search", "iris", "--epochs", "2", "--trials", "12", "--quiet", "--objective",
            "accuracy", "--objective", "parameters",
        ])
        #expect(search.status == 0, "\(search.errors)")
        let kinds = [
            "history", "importance", "slice", "parallel", "contour", "curves", "timeline", "front",
        ]
        for kind in kinds {
            let plot = try run([
                "search", "plot", "iris", "--kind", kind, "--output", "\(kind).svg",
            ])
            #expect(plot.status == 0, "\(plot.errors)")
        }
        // No trial is what `last` means.
        #expect(try run(["train", "iris", "--epochs", "1", "--name", "own"]).status == 0)
        let more = try run(["search", "--resume", "iris", "--trials", "13", "--quiet"])
        #expect(more.status == 0, "\(more.errors)")
        #expect(try run(["runs", "show", "last"]).output.contains("own"))
        // The numbers of the timeline: two ends a trial.
        #expect(
            try run([
                "search", "plot", "iris", "--kind", "timeline", "--output", "times.csv",
            ]).status == 0)
        let times = try String(contentsOfFile: "\(folder.path)/times.csv", encoding: .utf8)
        #expect(times.split(separator: "\n").count { $0.contains("complete") } == 13 * 3)
        // A contour lies between the values of its trials.
        #expect(
            try run(["search", "plot", "iris", "--kind", "contour", "--output", "map.csv"]).status
                == 0)
        let cells = try String(contentsOfFile: "\(folder.path)/map.csv", encoding: .utf8)
            .split(separator: "\n").compactMap { $0.split(separator: ",").last }
            .compactMap { Double($0) }
        let known = try run(["search", "show", "iris", "--json"]).json["all"]?.array ?? []
        let accuracies = known.compactMap { $0["value"]?.number }
        let (low, high) = (accuracies.min() ?? 0, accuracies.max() ?? 0)
        #expect(cells.count >= 48 * 48 && low < high)
        #expect(cells.prefix(48 * 48).allSatisfy { (low - 1e-12...high + 1e-12).contains($0) })
        #expect(cells.prefix(48 * 48).max() ?? 0 > cells.prefix(48 * 48).min() ?? 0)
        let setting = try run([
            "search", "plot", "iris", "--kind", "contour", "--setting", "learning-rate",
        ])
        #expect(setting.status == 1)
        #expect(setting.errors.contains("--setting: expected two that are numbers, of "))
        let lesson = try run(["lesson", "grid-random", "--svg", "figures", "--quiet"])
        #expect(lesson.status == 0, "\(lesson.errors)")
        let figures = try FileManager.default.contentsOfDirectory(
            atPath: "\(folder.path)/figures")
        #expect(figures.sorted() == ["grid-random.svg", "scales.svg"])
    }
}
