import ArgumentParser
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast this machine trains.",
        subcommands: [
            BenchSteps.self, BenchScaling.self, BenchRanks.self, BenchOps.self, BenchFit.self,
            BenchServe.self,
            BenchCounts.self, BenchStore.self, BenchStoreWriter.self, BenchStoreReader.self,
        ])
}

struct BenchSteps: AsyncParsableCommand, ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "steps",
        abstract: "Time one training step of the benchmark networks.",
        discussion: """
            A step is forward, loss, backward and the optimizer's update on one batch of random \
            numbers that is in memory. Times are per step, over a budget of some seconds.

            Example:
              kalsae bench steps --net twolayer --threads 1 --json
            """)

    @Option(help: "\(BenchmarkNetwork.names), or all, which leaves out the last two.")
    var net = "all"

    @Option(help: "Seconds to measure each network for.")
    var seconds = 4.0

    @Option(help: "How many steps are taken together.")
    var stepsPerExecution = 1

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try common.apply()
        let nets = try BenchmarkNetwork.chosen(net)
        guard seconds > 0, seconds <= 3600 else {
            throw KalsaeError(
                "--seconds", expected: "a number above 0, up to 3600", got: "\(seconds)")
        }
        guard stepsPerExecution > 0 else {
            throw KalsaeError(
                "--steps-per-execution", expected: "a whole number of at least 1",
                got: "\(stepsPerExecution)")
        }
        for net in nets {
            let timing = try await StepTimer().time(
                net, seconds: seconds, together: stepsPerExecution)
            if common.json {
                try Console.print(timing.json)
            } else {
                let median = Progress.fixed(timing.median, digits: 2)
                let minimum = Progress.fixed(timing.minimum, digits: 2)
                try Console.print(
                    "\(net.rawValue) on \(timing.device): median \(median) us, min \(minimum) us, "
                        + "threads \(timing.threads), \(timing.steps.counting("step"))")
            }
        }
    }
}
