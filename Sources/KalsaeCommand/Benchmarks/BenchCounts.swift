import ArgumentParser
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct BenchCounts: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "counts",
        abstract: "Count what a step takes: instructions, bytes, arena, allocations.",
        discussion: """
            No clock is read: the numbers are the same in every run. The lines are those of the \
            table in Tests/KalsaeTrainingTests/Steps/BenchmarkCountTests.swift.
            """)

    @Option(help: "\(BenchmarkNetwork.names), or all.")
    var net = "all"

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let nets = try BenchmarkNetwork.chosen(net)
        for net in nets {
            let counts = try BenchmarkCounts.measure(net)
            if common.json {
                try Console.print([
                    "net": .string(net.rawValue), "instructions": .integer(counts.instructions),
                    "bytes": .integer(counts.bytes), "arena_bytes": .integer(counts.arena),
                    "allocations": .integer(counts.allocations),
                ])
            } else {
                try Console.print(
                    "(.\(net.rawValue), \(counts.instructions), \(Self.grouped(counts.bytes)), "
                        + "\(Self.grouped(counts.arena))),")
            }
        }
    }

    /// As Swift writes it: `12_345`.
    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number))
        var comma = digits.count - 3
        while comma > 0 {
            digits.insert("_", at: comma)
            comma -= 3
        }
        return String(digits)
    }
}
