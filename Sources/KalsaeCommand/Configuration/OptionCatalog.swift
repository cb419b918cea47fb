import ArgumentParser
import KalsaeFiles
import KalsaeSupport

/// The options of `kalsae train` by name: what a configuration may say.
struct OptionCatalog {
    /// One option or flag.
    struct Entry {
        var name: String
        var isFlag: Bool
        var isRepeating: Bool
        var help: String
        /// The values that it may have; empty for any.
        var values: [String]
    }

    /// In the order of the help.
    let entries: [Entry]

    /// The name of what stands without one.
    static let data = "data"

    /// What is about the call, not about the training.
    private static let excluded: Set<String> = [
        "help", "version", "json", "quiet", "runs", "no-record", "name", "tag", "resume",
        "config-of", "set", "overwrite", "branch",
    ]

    /// The options as the parser knows them.
    static func train() throws -> OptionCatalog {
        do {
            _ = try KalsaeTool.parseAsRoot(["train", "--experimental-dump-help"])
        } catch {
            let text = KalsaeTool.fullMessage(for: error)
            let arguments = try JSONValue(parsing: text)["command"]?["arguments"]?.array ?? []
            return OptionCatalog(entries: arguments.compactMap(Self.entry))
        }
        return OptionCatalog(entries: [])
    }

    /// The option that a key of a file means: `learningRate`, `learning_rate` and `learning-rate` are
    /// one.
    func entry(for key: String) -> Entry? {
        let wanted = Self.letters(key)
        return entries.first { Self.letters($0.name) == wanted }
    }

    private static func letters(_ name: String) -> String {
        name.lowercased().filter { $0 != "-" && $0 != "_" }
    }

    private static func entry(_ argument: JSONValue) -> Entry? {
        let kind = argument["kind"]?.string
        let long = argument["names"]?.array?.first { $0["kind"]?.string == "long" }
        let name = kind == "positional" ? data : long?["name"]?.string
        guard let name, !excluded.contains(name) else { return nil }
        return Entry(
            name: name, isFlag: kind == "flag",
            isRepeating: argument["isRepeating"]?.bool ?? false,
            help: argument["abstract"]?.string ?? "",
            values: argument["allValues"]?.array?.compactMap(\.string) ?? [])
    }
}
