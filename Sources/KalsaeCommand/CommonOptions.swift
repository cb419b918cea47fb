import ArgumentParser
import Glibc
import KalsaeSupport

/// A verb that computes.
protocol ComputingCommand: ParsableCommand {
    /// The options that all of them have.
    var common: CommonOptions { get }
}

/// Options that every verb which computes has.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    @Flag(help: "Print results and errors only: no progress, no notices.")
    var quiet = false

    @Option(help: "Threads to compute with; without it, one per core.")
    var threads: Int?

    /// Puts the options in force; called before anything is computed.
    func apply() throws {
        if quiet { Console.silence() }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 1024, got \(threads).")
        }
        if threads != 1 { SpinLimit.apply() }
        // Behind that: the process may begin anew there.
        ParentProcess.watch()
        guard let threads else { return }
        setenv(EnvironmentFlag.threads.rawValue, "\(threads)", 1)
    }
}
