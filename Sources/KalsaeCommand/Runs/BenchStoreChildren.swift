import ArgumentParser
import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Synchronization

/// Lines that were said, gathered for the report.
private final class SaidLines: Sendable {
    private let lines = Mutex<[String]>([])
    func say(_ line: String) { lines.withLock { $0.append(line) } }
    var json: JSONValue { .array(lines.withLock { $0 }.map { .string($0) }) }
}

/// One process of `bench store` that writes.
struct BenchStoreWriter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-writer", abstract: "Record one run for `bench store`.",
        shouldDisplay: false)

    @Argument(help: "The folder of the store.")
    var folder: String

    @Option(help: "Points to write.")
    var points = 100_000

    @Option(help: "Seconds to spread them over.")
    var seconds = 0.0

    @Option(help: "The name of the run.")
    var name = "writer"

    @Flag(help: "Write in transactions of this thread, and print how many points are kept.")
    var direct = false

    func run() throws {
        let store = try Store(folder: folder)
        let run = try store.createRun(RunDescription(name: name))
        if direct { return try writeDirectly(store, run) }
        let said = SaidLines()
        let recorder = RunRecorder(run, in: store, say: { said.say($0) })
        let names = (0..<10).map { "metric\($0)" }
        let begin = ContinuousClock.now
        var calls = Duration.zero
        var point = 0
        while point < points {
            // A step's metrics at once, as a training records them.
            let count = min(names.count, points - point)
            let before = ContinuousClock.now
            for index in 0..<count {
                recorder.metric(
                    names[index], step: point / names.count, epoch: 1, value: Double(point + index))
            }
            calls += ContinuousClock.now - before
            point += count
            let due = seconds * Double(point) / Double(points)
            let ahead = due - (ContinuousClock.now - begin) / .seconds(1)
            if ahead > 0.001 { usleep(UInt32(ahead * 1e6)) }
        }
        let last = ContinuousClock.now
        recorder.finish(state: .finished)
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        let cpu = times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        try Console.print(
            [
                "cpu": .number(cpu), "calls": .number(calls / .seconds(1)),
                "finish": .number((ContinuousClock.now - last) / .seconds(1)), "said": said.json,
            ] as JSONValue)
    }

    private func writeDirectly(_ store: Store, _ run: Run) throws {
        var (point, random) = (0, SystemRandomNumberGenerator())
        while point < points {
            let count = min(Int.random(in: 1...200, using: &random), points - point)
            try store.append(
                (point..<point + count).map { MetricPoint(step: $0, value: Double($0)) },
                to: "loss", of: run)
            point += count
            try Console.print("\(point)")
        }
    }
}

/// One process of `bench store` that reads until it is interrupted.
struct BenchStoreReader: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store-reader", abstract: "Read runs for `bench store`.",
        shouldDisplay: false)

    @Argument(help: "The folder of the store.")
    var folder: String

    private static let isInterrupted = Atomic(false)

    func run() throws {
        signal(SIGINT) { _ in BenchStoreReader.isInterrupted.store(true, ordering: .relaxed) }
        let said = SaidLines()
        var (views, longest) = (0, Duration.zero)
        while !Self.isInterrupted.load(ordering: .relaxed) {
            let begin = ContinuousClock.now
            do throws(KalsaeError) {
                // As a command does: opened for one look.
                let store = try Store(folder: folder, for: .reading)
                for run in try store.runs() {
                    let metrics = try store.metrics(of: run)
                    guard let metric = metrics.randomElement() else { continue }
                    _ = try store.points(metric.name, of: run)
                    if Self.isInterrupted.load(ordering: .relaxed) { break }
                }
            } catch {
                said.say(error.description)
            }
            longest = max(longest, ContinuousClock.now - begin)
            views += 1
            usleep(20_000)
        }
        try Console.print(
            [
                "views": .integer(views), "longest": .number(longest / .seconds(1)),
                "said": said.json,
            ] as JSONValue)
    }
}
