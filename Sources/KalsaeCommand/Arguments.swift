/// The arguments as the parser is to have them.
enum Arguments {
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
