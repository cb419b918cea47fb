import ArgumentParser
import KalsaeFiles
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct BenchCounts: ParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "counts",
        abstract: "Count what a step takes: instructions, bytes, arena, allocations.",
        discussion: """
            No clock is read: the numbers are the same in every run. The lines of the CPU are those \
            of the table in Tests/KalsaeTrainingTests/Steps/BenchmarkCountTests.swift; with --device \
            kernels that are launched are counted too. gpt2 and resnet50 are for accelerators and no \
            part of all; --plan tells what they would take.
            """)

    @Option(help: "\(BenchmarkNetwork.names), or all, which leaves out the last two.")
    var net = "all"

    @Flag(help: "Compile only, and take no step: launches and allocations are not counted.")
    var plan = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.apply()
        let nets = try BenchmarkNetwork.chosen(net)
        for net in nets {
            let counts = try BenchmarkCounts.measure(net, takingSteps: !plan)
            if common.json {
                try Console.print([
                    "net": .string(net.rawValue), "device": .string(Device.current.name),
                    "instructions": .integer(counts.instructions),
                    "launches": .integer(counts.launches), "bytes": .integer(counts.bytes),
                    "arena_bytes": .integer(counts.arena),
                    "allocations": .integer(counts.allocations),
                ])
            } else if Device.current.accelerator != nil {
                let parts: [String] = [
                    counts.instructions.counting("instruction"),
                    counts.launches.counting("launch", "launches"),
                    ByteCount.text(counts.bytes) + " read and written",
                    "arena " + ByteCount.text(counts.arena),
                    counts.allocations.counting("allocation"),
                ]
                try Console.print(
                    "\(net.rawValue) on \(Device.current.name): "
                        + parts.joined(separator: ", "))
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
