import ArgumentParser
import KalsaeBackend
import KalsaeCPU
import KalsaeFiles
import KalsaeSupport
import KalsaeTensor

struct BenchOps: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ops",
        abstract: "Time single operations beside the measured peak of this machine.",
        discussion: """
            Bytes are those of inputs and results, once each; what a plan moves in between is its \
            own affair. Shares are of multiply-adds in registers or of memory's speed, whichever \
            bounds the operation; more than 100 % of bytes came from caches.

            Example:
              kalsae bench ops --op convolution --json
            """)

    @Option(help: "Only operations whose name begins like this.")
    var op = ""

    @Option(help: "Seconds to measure each operation for.")
    var seconds = 0.2

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        guard seconds > 0, seconds <= 3600 else {
            throw KalsaeError(
                "--seconds", expected: "a number above 0, up to 3600", got: "\(seconds)")
        }
        guard Device.current.accelerator == nil else {
            throw KalsaeError(
                "--device", expected: "cpu, whose operations stand beside its peak",
                got: Device.current.name, advice: "use kalsae profile for other devices")
        }
        let operations = BenchOperation.all.filter { $0.name.hasPrefix(op) }
        guard !operations.isEmpty else {
            var names: [String] = []
            for operation in BenchOperation.all where !names.contains(operation.name) {
                names.append(operation.name)
            }
            throw KalsaeError(
                "--op", expected: "the beginning of \(names.joined(separator: ", "))",
                got: "\"\(op)\"", advice: SpellingSuggestion.advice(op, in: names))
        }
        let peak = try MachinePeak.measure()
        if !common.json {
            let flops = Progress.fixed(peak.flops / 1e9, digits: 0)
            let bytes = Progress.fixed(peak.bandwidth / 1e9, digits: 1)
            try Console.print(
                "peak of \(peak.threads.counting("thread")): \(flops) GFLOP/s, \(bytes) GB/s")
            try Console.print(
                Self.line(["min us", "median us", "GFLOP/s", "GB/s", "of peak"], "operation"))
        }
        for operation in operations {
            let timing = try await OperationTimer().time(operation, seconds: seconds)
            try Console.print(common.json ? timing.json(peak).text : Self.text(timing, peak))
        }
    }

    private static func text(_ timing: OperationTimer.Timing, _ peak: MachinePeak) -> String {
        let least = timing.rounds.minimum
        let cells = [
            Progress.fixed(least * 1e6, digits: 2),
            Progress.fixed(timing.rounds.median * 1e6, digits: 2),
            timing.flops > 0 ? Progress.fixed(timing.flops / least / 1e9, digits: 1) : "",
            Progress.fixed(timing.bytes / least / 1e9, digits: 1),
            peak.share(flops: timing.flops, bytes: timing.bytes, seconds: least),
        ]
        return line(cells, "\(timing.name)  \(timing.sizes)")
    }

    private static func line(_ cells: [String], _ name: String) -> String {
        let padded = cells.map { String(repeating: " ", count: max(11 - $0.count, 1)) + $0 }
        return padded.joined() + "  " + name
    }
}

/// Times operations, on the thread of the plans.
actor OperationTimer {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    struct Timing: Sendable {
        var name: String
        var sizes: String
        var flops: Double
        var bytes: Double
        var rounds: StepRounds

        func json(_ peak: MachinePeak) -> JSONValue {
            let least = rounds.minimum
            let share = peak.floor(flops: flops, bytes: bytes) / least
            return [
                "op": .string(name), "sizes": .string(sizes), "threads": .integer(peak.threads),
                "median_us": .number(rounds.median * 1e6), "min_us": .number(least * 1e6),
                "flops": .number(flops), "bytes": .number(bytes),
                "gflops": .number(flops / least / 1e9), "gb_s": .number(bytes / least / 1e9),
                "peak_gflops": .number(peak.flops / 1e9),
                "peak_gb_s": .number(peak.bandwidth / 1e9), "share": .number(share),
            ]
        }
    }

    func time(_ operation: BenchOperation, seconds: Double) throws -> Timing {
        // A cache of its own: to many sizes of one operation the shared one says something.
        let made = try Device(CPUBackend()).asCurrent { try operation.make() }
        for _ in 0..<3 { try made.run() }
        let rounds = try StepRounds.measure(seconds: seconds, round: seconds / 8, made.run)
        return Timing(
            name: operation.name, sizes: operation.sizes, flops: operation.flops,
            bytes: operation.bytes ?? made.bytes, rounds: rounds)
    }
}
