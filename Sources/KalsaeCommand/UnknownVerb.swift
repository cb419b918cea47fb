import ArgumentParser
import KalsaeSupport

/// A first word that is no verb, with the one that was probably meant.
struct UnknownVerb {
    /// The error's one line.
    let message: String

    /// Looks for such a word where a command has subcommands; nil where all are known.
    init?(_ arguments: [String], root: any ParsableCommand.Type) {
        var command: any ParsableCommand.Type = root
        var path = root._commandName
        for word in arguments {
            let verbs = command.configuration.subcommands
            guard !verbs.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            if command.configuration.defaultSubcommand != nil { return nil }
            guard let index = verbs.firstIndex(where: { Self.isName(word, of: $0) }) else {
                message = Self.message(word, verbs.map { $0._commandName }, path)
                return
            }
            command = verbs[index]
            path += " \(word)"
        }
        return nil
    }

    private static func isName(_ word: String, of verb: any ParsableCommand.Type) -> Bool {
        verb._commandName == word || verb.configuration.aliases.contains(word)
    }

    private static func message(_ word: String, _ verbs: [String], _ path: String) -> String {
        let list = verbs.joined(separator: ", ")
        let near = SpellingSuggestion.of(word, in: verbs)
        let isFile = !path.contains(" ") && (word.contains(".") || word.contains("/"))
        let advice =
            isFile
            ? "to train on a file: \(path) train \(word)"
            : near.map { "did you mean `\(path) \($0)`?" } ?? "see `\(path) --help`"
        return KalsaeError(path, expected: "one of \(list)", got: "\"\(word)\"", advice: advice)
            .description
    }
}
