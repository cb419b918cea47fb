import ArgumentParser
import Foundation
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct BenchScaling: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract: "Time the steps of the benchmark networks with 1, 2, 4, … threads.",
        discussion: """
            Each count of threads is a process of its own. Efficiency is the time of one thread over \
            the time of all threads together; floor is how many times the arithmetic takes at the \
            peak measured beside it. Below stand the instructions that lose most with the most \
            threads: what they take of all threads, less what they take of one.

            Example:
              kalsae bench scaling --net deepconvnet --threads 1,2,4,8
            """)

    @Option(help: "\(BenchmarkNetwork.names), or all, which leaves out the last two.")
    var net = "all"

    @Option(
        help: ArgumentHelp(
            "Counts of threads; powers of two up to the cores by default.", valueName: "counts"))
    var threads: String?

    @Option(help: "Seconds to measure each network and count for.")
    var seconds = 3.0

    @Option(help: "Instructions to show of each network.")
    var top = 3

    @Flag(help: "Print one JSON object a network to standard output.")
    var json = false

    func run() async throws {
        let nets = try BenchmarkNetwork.chosen(net)
        guard seconds > 0, seconds <= 3600 else {
            throw KalsaeError(
                "--seconds", expected: "a number above 0, up to 3600", got: "\(seconds)")
        }
        guard top >= 0 else {
            throw KalsaeError("--top", expected: "a number from 0", got: "\(top)")
        }
        let counts = try counts()
        for net in nets {
            let scaling = try ThreadScaling(
                net: net.rawValue,
                points: counts.map { try point(net, threads: $0) })
            if json {
                try Console.print(scaling.json)
            } else {
                for line in scaling.lines(top: top) { try Console.print(line) }
            }
        }
    }

    /// The counts of threads, rising, from 1 on.
    private func counts() throws(KalsaeError) -> [Int] {
        guard let threads else {
            var counts = [1]
            while let last = counts.last, last * 2 <= Cores.available { counts.append(last * 2) }
            if let last = counts.last, last < Cores.available { counts.append(Cores.available) }
            return counts
        }
        let numbers = threads.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0)
        }
        guard !numbers.isEmpty, numbers.allSatisfy({ (1...1024).contains($0 ?? 0) }) else {
            throw KalsaeError(
                "--threads", expected: "numbers from 1 to 1024 with commas, as 1,2,4",
                got: "\"\(threads)\"")
        }
        return Set(numbers.compactMap { $0 } + [1]).sorted()
    }

    private func point(
        _ net: BenchmarkNetwork, threads: Int
    ) throws -> ThreadScaling.Point {
        let process = try OwnProgram.process([
            "profile", net.rawValue, "--threads", "\(threads)", "--seconds", "\(seconds)", "--json",
        ])
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw KalsaeError(
                "\(net.rawValue) with \(threads.counting("thread"))", expected: "a profile",
                got: "exit code \(process.terminationStatus), whose reason stands above")
        }
        return ThreadScaling.Point(
            threads: threads, try JSONValue(parsing: Array(bytes), subject: "profile"))
    }
}
