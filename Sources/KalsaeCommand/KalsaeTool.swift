import ArgumentParser
import KalsaeSupport

/// The command `kalsae`; one file per verb.
@main
struct KalsaeTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kalsae",
        abstract: "Train neural networks, measure and use them.",
        discussion: """
            Examples:
              kalsae train iris
              kalsae train houses.csv --target price
              kalsae predict houses.safetensors houses.csv > predictions.csv
            """,
        version: "kalsae 0.1.0",
        subcommands: [
            Train.self, Evaluate.self, Predict.self, Summary.self, DataVerb.self, Doctor.self,
            Bench.self, ExperimentVerb.self,
        ])

    /// Runs the verb; an error is one line on standard error.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as KalsaeError {
            Console.fail(error.description)
        } catch {
            if error is CleanExit || error is ValidationError || error is ExitCode {
                exit(withError: error)
            }
            // The parser's own errors bring usage and code 64; everything else is one line.
            let code = exitCode(for: error)
            if code == .validationFailure { exit(withError: error) }
            Console.fail("\(error)")
        }
    }
}
