import ArgumentParser
import Glibc
import KalsaeSupport

/// Options that every verb which computes has.
struct CommonOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    @Option(help: "Threads to compute with; without it, one per core.")
    var threads: Int?

    /// Puts the options in force; called before anything is computed.
    func apply() throws {
        guard let threads else { return }
        guard (1...1024).contains(threads) else {
            throw ValidationError("--threads takes a number from 1 to 1024, got \(threads).")
        }
        setenv(EnvironmentFlag.threads.rawValue, "\(threads)", 1)
    }
}
