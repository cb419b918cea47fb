import Synchronization

/// The arguments as the parser is to have them.
enum Arguments {
    /// Those of this call, with what a file or a run says in front.
    static var given: [String] {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }

    private static let stored = Mutex<[String]>([])

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
