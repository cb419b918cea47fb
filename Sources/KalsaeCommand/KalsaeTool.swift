import ArgumentParser
import Glibc
import KalsaeDistributed
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
            RunsVerb.self, SearchVerb.self, Steer.self, AutopsyVerb.self, SchemaVerb.self,
            PlotVerb.self, WatchVerb.self, ServeVerb.self, ExplainVerb.self, Bench.self,
            ProfileVerb.self, CompareDevices.self, LessonVerb.self, MPIVerb.self,
        ])

    /// Runs the verb; an error is one line on standard error.
    static func main() async {
        var arguments = Arguments.joined(Array(CommandLine.arguments.dropFirst()))
        if let unknown = UnknownVerb(arguments, root: Self.self) {
            Console.fail(unknown.message, code: ExitCode.validationFailure.rawValue)
        }
        do {
            let (expanded, notices) = try Self.expanded(arguments)
            arguments = expanded
            Arguments.given = arguments
            let asked = try parseAsRoot(arguments)
            tell(notices, for: (asked as? any ComputingCommand)?.common)
            try LaunchedProcess.checkAlone(asked, arguments.first ?? "")
            guard let common = (asked as? any ComputingCommand)?.common, common.quiet else {
                return try await run(arguments)
            }
            _ = try await Notice.collect { try await run(arguments) }
        } catch {
            LaunchedProcess.letRankZeroTell(error)
            end(with: error)
        }
    }

    /// The arguments that the parser takes, and what there was to say on the way to them.
    private static func expanded(
        _ arguments: [String]
    ) throws -> (arguments: [String], notices: [String]) {
        let (expanded, notices) = try Notice.collect {
            try ConfiguredArguments.expanded(arguments)
        }
        return (Arguments.joined(expanded), notices)
    }

    /// Says them once: not before the process begins anew.
    private static func tell(_ notices: [String], for options: CommonOptions?) {
        if let options, options.quiet || options.threads != 1 && SpinLimit.isDue { return }
        for line in notices { Notice.say(line) }
    }

    /// Tells an error and ends the process.
    private static func end(with error: any Error) -> Never {
        switch error {
        case let error as KalsaeError: Console.fail(Arguments.located(error).description)
        case let error as RankFailed: Console.fail(error.description)
        case let fault as TensorFault: Console.fail(fault.description)
        default: break
        }
        let message = OptionHint.corrected(Self.message(for: error))
        let located = Arguments.located(message)
        let code = Self.exitCode(for: error)
        if located != message, code == .validationFailure {
            Console.fail(located, code: code.rawValue)
        }
        let full = OptionHint.corrected(Self.fullMessage(for: error))
        if full.hasPrefix("Error: ") {
            Console.writeError("error: \(LaunchedProcess.errorPrefix)\(full.dropFirst(7))\n")
            Console.end(code.rawValue)
        }
        // Help and version are the parser's: it knows text and exit code.
        exit(withError: error)
    }

    private static func run(_ arguments: [String]) async throws {
        var command = try parseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
            try await asynchronous.run()
        } else {
            try command.run()
        }
    }
}
