import KalsaeSupport
import Synchronization

/// The arguments as the parser is to have them.
enum Arguments {
    /// Those of this call, with what a file or a run says in front.
    static var given: [String] {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }

    /// The file of options that the call names; nil without one.
    static var file: String? {
        get { optionsFile.withLock { $0 } }
        set { optionsFile.withLock { $0 = newValue } }
    }

    /// Where a file or `--set` says an option, as `plan.yaml:3`, by the option's name.
    static var origins: [String: String] {
        get { sources.withLock { $0 } }
        set { sources.withLock { $0 = newValue } }
    }

    /// An error with the file and the line of the option that it is about, where a file said it.
    ///
    /// - Parameter name: the option, where the error does not name it.
    static func located(_ error: KalsaeError, _ name: String? = nil) -> KalsaeError {
        let origins = origins
        let isLocated = origins.values.contains { error.subject.hasPrefix($0) }
        if !isLocated, name == "network",
            let layer = error.description.firstMatch(of: /layer ([0-9]+)/),
            let origin = origins["network/\(layer.1)"]
        {
            return error.behind(origin)
        }
        guard !isLocated,
            let origin = option(in: error.description).flatMap({ origins[$0] })
                ?? name.flatMap({ origins[$0] })
        else { return error }
        return error.behind(origin)
    }

    /// The same for what the parser says.
    static func located(_ message: String) -> String {
        guard let origin = option(in: message).flatMap({ origins[$0] }) else { return message }
        return "\(origin): \(message)"
    }

    /// Does something that is about an option; an error then names its file and line.
    static func option<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as KalsaeError { throw located(error, name) }
    }

    /// The first option that a message names.
    private static func option(in message: String) -> String? {
        message.firstMatch(of: /--([a-z][a-z-]*)/).map { String($0.1) }
    }

    private static let stored = Mutex<[String]>([])
    private static let optionsFile = Mutex<String?>(nil)
    private static let sources = Mutex<[String: String]>([:])

    /// Joins an option with a value that begins with a hyphen, as in `--learning-rate -1`, which the
    /// parser would take for an option of its own.
    static func joined(_ arguments: [String]) -> [String] {
        var result: [String] = []
        for argument in arguments {
            if let last = result.last, last.hasPrefix("--"), last.count > 2, !last.contains("="),
                argument.hasPrefix("-"), !argument.hasPrefix("--"), argument.count > 1,
                argument != "-h"
            {
                result[result.count - 1] = "\(last)=\(argument)"
            } else {
                result.append(argument)
            }
        }
        return result
    }
}

extension KalsaeError {
    /// The same error behind the line of a file.
    fileprivate func behind(_ origin: String) -> KalsaeError {
        KalsaeError("\(origin): \(subject)", expected: expected, got: got, advice: advice)
    }
}
