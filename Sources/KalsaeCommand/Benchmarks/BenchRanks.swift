import ArgumentParser
import KalsaeBackend
import KalsaeDistributed
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct BenchRanks: AsyncParsableCommand, ComputingCommand, RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranks",
        abstract: "Time steps that several processes take together.",
        discussion: """
            Rank 0 first takes the steps alone, then all ranks take them together, each its part of \
            the micro-batches; last, they only exchange the sums. Efficiency is the time alone over \
            ranks times the time together; what is hidden is the part of the exchange that costs a \
            step nothing.

            Example:
              mpirun -n 2 kalsae bench ranks --net deepconvnet --threads 1
            """)

    @Option(help: "\(BenchmarkNetwork.names), or all, which leaves out the last two.")
    var net = "all"

    @Option(help: "Rows of a step, of all ranks together; without it, the network's own.")
    var batch: Int?

    @Option(help: "Into how many parts a step is cut; without it, one for each rank.")
    var microBatches: Int?

    @Option(help: "Seconds to measure each network for.")
    var seconds = 6.0

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        let nets = try BenchmarkNetwork.chosen(net)
        guard seconds > 0, seconds <= 3600 else {
            throw KalsaeError(
                "--seconds", expected: "a number above 0, up to 3600", got: "\(seconds)")
        }
        let ranks = try Ranks.open()
        guard let group = ranks.group else {
            throw KalsaeError(
                "bench ranks", expected: "two processes or more", got: "one",
                advice: "mpirun -n 2 kalsae bench ranks")
        }
        let parts = microBatches ?? group.size
        for net in nets {
            let rows = batch ?? net.batch
            guard (group.size...1 << 20).contains(parts), (parts...1 << 24).contains(rows) else {
                throw KalsaeError(
                    "--micro-batches",
                    expected: "at least \(group.size), one for each rank, and a row for each",
                    got: "\(parts), of \(rows.counting("row"))")
            }
        }
        try await ranks.perform {
            for net in nets { try await time(net, parts, group, ranks) }
        }
    }

    private func time(
        _ net: BenchmarkNetwork, _ parts: Int, _ group: any ProcessGroup, _ ranks: Ranks
    ) async throws {
        let rows = batch ?? net.batch
        let timing = try await RankTimer.shared.time(
            net, rows: rows, parts: parts, seconds: seconds, group)
        guard ranks.leads else { return }
        if common.json {
            return try Console.print([
                "net": .string(net.rawValue), "ranks": .integer(group.size),
                "threads": .integer(ComputeThread.threadCount), "rows": .integer(rows),
                "micro_batches": .integer(parts), "alone_ms": .number(timing.alone),
                "together_ms": .number(timing.together), "waited_ms": .number(timing.waited),
                "sums_ms": .number(timing.sums), "sum_bytes": .integer(timing.bytes),
                "efficiency": .number(timing.efficiency(group.size)),
                "hidden": .number(timing.hidden),
            ])
        }
        func fixed(_ value: Double, _ digits: Int = 2) -> String {
            Progress.fixed(value, digits: digits)
        }
        try Console.print(
            "\(net.rawValue): \(rows.counting("row")) in \(parts.counting("part")), alone "
                + "\(fixed(timing.alone)) ms, \(group.size.counting("rank")) "
                + "\(fixed(timing.together)) ms, efficiency "
                + "\(fixed(100 * timing.efficiency(group.size), 0)) %; sums of "
                + "\(fixed(Double(timing.bytes) / 1e6)) MB \(fixed(timing.sums)) ms, "
                + "\(fixed(timing.waited)) ms waited for, "
                + "\(fixed(100 * timing.hidden, 0)) % hidden")
    }
}

/// Milliseconds of a step: the least of several rounds.
private struct RankTiming: Sendable {
    var alone = Double.infinity, together = Double.infinity, waited = Double.infinity
    var sums = Double.infinity
    var bytes = 0

    func efficiency(_ ranks: Int) -> Double { alone / (Double(ranks) * together) }

    /// The part of the exchange that is not waited for.
    var hidden: Double { max(0, 1 - waited / sums) }
}

/// Measures on the thread of the plans.
private actor RankTimer {
    static let shared = RankTimer()

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    func time(
        _ net: BenchmarkNetwork, rows: Int, parts: Int, seconds: Double,
        _ group: any ProcessGroup
    ) throws -> RankTiming {
        var timing = RankTiming()
        let alone = try RankBenchmark(net, batch: rows, microBatches: parts, nil)
        let all = try RankBenchmark(net, batch: rows, microBatches: parts, group)
        if group.rank == 0 { _ = try alone.run(2) }
        _ = try all.run(2)
        timing.bytes = all.sumBytes
        // As many steps on every rank: a fifteenth of the time, fifteen times.
        var count = 1
        if group.rank == 0 { count = max(1, Int(seconds / 15 / (try alone.run(1).seconds))) }
        let told = try group.broadcast(
            withUnsafeBytes(of: count) { Array($0) }, doing: "the number of steps")
        count = told.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        func each(_ seconds: Double) -> Double { seconds / Double(count) * 1e3 }
        for _ in 0..<5 {
            if group.rank == 0 {
                timing.alone = min(timing.alone, each(try alone.run(count).seconds))
            }
            try group.barrier(doing: "the steps alone")
            let taken = try all.run(2 * count)
            if each(taken.seconds) / 2 < timing.together {
                (timing.together, timing.waited) = (each(taken.seconds) / 2, each(taken.waited) / 2)
            }
            timing.sums = min(timing.sums, each(try all.runSums(count)))
        }
        return timing
    }
}
