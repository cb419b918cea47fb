import ArgumentParser
import KalsaeSupport
import KalsaeTensor

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
            Bench.self, ProfileVerb.self, LessonVerb.self,
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
        } catch let fault as TensorFault {
            Console.fail(fault.description)
        } catch {
            // Help, version and wrong usage are the parser's: it knows text and exit code.
            exit(withError: error)
        }
    }
}
