import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

struct BenchStore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Let many processes record runs while others read them, and check what is kept.",
        discussion: """
            Each process records one run, ten metrics a step, spread over the seconds, or as fast as \
            it can with --seconds 0.

            Example:
              kalsae bench store --processes 32 --points 100000 --seconds 60 --readers 4
            """)

    @Option(help: "Processes that write.")
    var processes = 8

    @Option(help: "Points that each of them writes.")
    var points = 100_000

    @Option(help: "Seconds over which it writes them; 0 for as fast as it can.")
    var seconds = 0.0

    @Option(help: "Processes that list runs and draw charts meanwhile.")
    var readers = 4

    @Option(help: "Points of one more metric, whose chart of 2,000 points is timed; 0 for none.")
    var chart = 0

    @Option(help: "A folder that does not exist yet, which stays; without it, one that goes.")
    var folder: String?

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        for (name, value, range) in [
            ("--processes", processes, 0...1000), ("--readers", readers, 0...1000),
            ("--points", points, 1...Int.max), ("--chart", chart, 0...Int.max),
        ] where !range.contains(value) {
            let most = range.upperBound < .max ? " to \(range.upperBound)" : " or more"
            throw KalsaeError(
                name, expected: "a number of \(range.lowerBound)\(most)", got: "\(value)")
        }
        guard seconds >= 0, seconds.isFinite else {
            throw KalsaeError("--seconds", expected: "a number of 0 or more", got: "\(seconds)")
        }
        let path =
            folder
            ?? FileManager.default.temporaryDirectory
            .appendingPathComponent("kalsae-bench-\(UUID().uuidString)").path
        guard !FileManager.default.fileExists(atPath: path) else {
            throw KalsaeError(
                "--folder", expected: "a folder to make", got: "\(path), which exists")
        }
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: path) } }
        let store = try Store(folder: path)
        var result = processes > 0 ? try crowd(store) : []
        if chart > 0 { result += try measureChart(store) }
        if json { return try Console.print(.object(result)) }
        for member in result { try Console.print("\(member.key): \(RunText.value(member.value))") }
    }

    private func crowd(_ store: Store) throws -> [JSONValue.Member] {
        let folder = store.folder
        let begin = ContinuousClock.now
        let writing = try (0..<processes).map { index in
            try Child([
                "store-writer", folder, "--points", "\(points)", "--seconds", "\(seconds)",
                "--name", "writer-\(index)",
            ])
        }
        let reading = try (0..<readers).map { _ in try Child(["store-reader", folder]) }
        let reports = try writing.map { try $0.finish() }
        let elapsed = begin.duration(to: .now)
        for child in reading { child.process.interrupt() }
        let views = try reading.map { try $0.finish() }
        var kept = 0
        for run in try store.runs() where run.state == .finished {
            kept += try store.metrics(of: run).reduce(0) { $0 + $1.count }
        }
        let wanted = processes * points
        let time =
            Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let said = (reports + views).flatMap { $0["said"]?.array ?? [] }
        func sum(_ key: String, _ all: [JSONValue]) -> Double {
            all.reduce(0) { $0 + ($1[key]?.number ?? 0) }
        }
        func greatest(_ key: String, _ all: [JSONValue]) -> Double {
            all.map { $0[key]?.number ?? 0 }.max() ?? 0
        }
        return [
            .init("points", .integer(wanted)), .init("kept", .integer(kept)),
            .init("seconds", .number(time)),
            .init("us_per_point_elapsed", .number(time / Double(wanted) * 1e6)),
            .init("us_per_point_cpu", .number(sum("cpu", reports) / Double(wanted) * 1e6)),
            .init("ns_per_call", .number(sum("calls", reports) / Double(wanted) * 1e9)),
            .init("longest_finish", .number(greatest("finish", reports))),
            .init("views", .number(sum("views", views))),
            .init("longest_view", .number(greatest("longest", views))),
            .init("said", .array(said)),
        ]
    }

    private func measureChart(_ store: Store) throws -> [JSONValue.Member] {
        let run = try store.createRun(RunDescription(name: "chart"))
        var (step, random) = (0, Philox(seed: 0, stream: 0))
        let begin = ContinuousClock.now
        while step < chart {
            let count = min(16_384, chart - step)
            let portion = (step..<step + count).map {
                MetricPoint(step: $0, epoch: $0 / 1000, time: $0, value: random.nextUniform())
            }
            try store.append(portion, to: "loss", of: run)
            step += count
        }
        let written = ContinuousClock.now - begin
        func milliseconds(_ body: () throws -> Int) rethrows -> (Double, Int) {
            let begin = ContinuousClock.now
            let count = try body()
            return ((ContinuousClock.now - begin) / .milliseconds(1), count)
        }
        let reader = try Store(folder: store.folder, for: .reading)
        let (first, shown) = try milliseconds { try reader.points("loss", of: run).count }
        let times = try (0..<21).map { _ in
            try milliseconds { try reader.points("loss", of: run).count }.0
        }
        let part = chart / 2...chart / 2 + chart / 300
        let zooms = try (0..<21).map { _ in
            try milliseconds { try reader.points("loss", of: run, steps: part).count }.0
        }
        let bytes = FileManager.default.contents(atPath: store.path)?.count ?? 0
        return [
            .init("chart_points", .integer(chart)), .init("chart_shown", .integer(shown)),
            .init("chart_write_us_per_point", .number(written / .microseconds(1) / Double(chart))),
            .init("chart_first_ms", .number(first)),
            .init("chart_median_ms", .number(times.sorted()[10])),
            .init("chart_zoom_median_ms", .number(zooms.sorted()[10])),
            .init("chart_bytes_per_point", .number(Double(bytes) / Double(chart))),
        ]
    }

    /// This command once more, beside itself.
    private struct Child {
        let process: Process
        private let output = Pipe()

        init(_ arguments: [String]) throws {
            process = try OwnProgram.process(["bench"] + arguments)
            process.standardOutput = output
            try process.run()
        }

        /// What it printed, once it has ended.
        func finish() throws -> JSONValue {
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw KalsaeError(
                    "bench store", expected: "its processes to end well",
                    got: "code \(process.terminationStatus)")
            }
            return try JSONValue(parsing: Array(data))
        }
    }
}
