import ArgumentParser
import KalsaeBackend
import KalsaeDistributed
import KalsaeFiles
import KalsaeSupport

struct MPITest: ParsableCommand, RankedCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Send messages between the ranks, check and time them.",
        discussion: """
            A line a rank: its host, the threads that it computes with, the time of a message of 8 bytes \
            from rank 0 to it, and how fast one of 4 MiB goes. Messages in a ring of all ranks are \
            checked too.

            Examples:
              mpirun -n 4 kalsae mpi test
              srun --mpi=pmix -n 8 kalsae mpi test --seconds 60
            """)

    @Option(help: "Go on with the ring for so many seconds, to find what fails now and then.")
    var seconds = 0.0

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func validate() throws {
        guard (0...1e6).contains(seconds) else {
            throw ValidationError("--seconds takes a number from 0 to 1000000, got \(seconds).")
        }
    }

    func run() throws {
        guard let group = try LaunchedProcess.group() else {
            throw KalsaeError(
                "mpi test", expected: "to be launched by mpirun, mpiexec or srun",
                got: "a process alone", advice: "mpirun -n 2 kalsae mpi test")
        }
        let threads = try group.gather(
            Array("\(ComputeThread.threadCount)".utf8), doing: "the counts of threads")
        let exchange = GroupExchange(group: group)
        let begin = GroupExchange.now()
        var rounds = 0
        repeat {
            try group.agree("the ring") { try exchange.ring() }
            rounds += 1
            let isOver: [UInt8] = GroupExchange.now() - begin >= seconds ? [1] : [0]
            if try group.broadcast(isOver, doing: "the ring") == [1] { break }
        } while true

        var times: [(short: Double, long: Double)] = [(0, 0)]
        for peer in 1..<max(group.size, 1) {
            times.append(
                try group.agree("the messages to \(group.name(of: peer))") {
                    (
                        try exchange.roundTrip(to: peer, byteCount: 8, seconds: 0.1),
                        try exchange.roundTrip(to: peer, byteCount: Self.long, seconds: 0.2)
                    )
                })
        }
        try group.finish()
        let figures = times.enumerated().map { rank, time in
            Figures(
                rank: rank, host: group.hosts[rank],
                threads: rank < threads.count ? String(decoding: threads[rank], as: UTF8.self) : "",
                latency: time.short / 2 * 1e6,
                speed: rank == 0 ? 0 : Double(Self.long) / max(time.long - time.short / 2, 1e-9))
        }
        try report(figures, rounds: rounds, version: (group as? MPIGroup)?.library.version ?? "")
    }

    private static let long = 4 << 20

    private struct Figures {
        let rank: Int
        let (host, threads): (String, String)
        /// Microseconds one way, and bytes a second.
        let (latency, speed): (Double, Double)
    }

    private func report(_ figures: [Figures], rounds: Int, version: String) throws(KalsaeError) {
        if json {
            let ranks = figures.map { figure -> JSONValue in
                [
                    "rank": .integer(figure.rank), "host": .string(figure.host),
                    "threads": .integer(Int(figure.threads) ?? 0),
                    "latency_us": figure.rank == 0 ? .null : .number(figure.latency),
                    "bytes_per_second": figure.rank == 0 ? .null : .number(figure.speed),
                ]
            }
            return try Console.print(
                [
                    "mpi": .string(version), "ring_rounds": .integer(rounds),
                    "ranks": .array(ranks),
                ] as JSONValue)
        }
        try Console.print(version)
        var table = TextTable("rank", "threads", "latency us", "MB/s", "host")
        for figure in figures {
            let isFirst = figure.rank == 0
            table.add(
                "\(figure.rank)", figure.threads,
                isFirst ? "" : "\((figure.latency * 10).rounded() / 10)",
                isFirst ? "" : "\(Int(figure.speed / 1e6))", figure.host)
        }
        for line in table.lines { try Console.print(line) }
        try Console.print("All messages arrived as they were sent.")
    }
}
