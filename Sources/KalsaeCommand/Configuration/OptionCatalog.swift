import ArgumentParser
import KalsaeFiles
import KalsaeSupport

/// The options of `kalsae train` by name, as the parser knows them.
struct OptionCatalog {
    /// One option, flag, or (as ``OptionCatalog/data``) what stands without a name.
    struct Entry {
        var name: String
        var isFlag: Bool
        var isRepeating: Bool
        var help: String
        /// The values that it may have; empty for any.
        var values: [String]
        /// Whether it is about the call and not about the training, so that no run repeats it.
        var isOfCall: Bool
    }

    /// What values an option takes.
    enum Kind { case text, number, integer }

    /// In the order of the help.
    let entries: [Entry]

    /// The name of what stands without one.
    static let data = "data"

    private static let ofCall: Set<String> = [
        "help", "version", "json", "quiet", "runs", "no-record", "name", "tag", "resume",
        "config-of", "set", "overwrite", "branch", "log", "plot", "predictions", "live",
        "find-rate", "search",
    ]
    /// What is about the call and may stand in a file all the same.
    private static let ofFile: Set<String> = ["name", "tag", "log"]

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

    /// What a file may say.
    var keys: [Entry] { entries.filter { !$0.isOfCall || Self.ofFile.contains($0.name) } }

    /// The option that a key of a file means: `learningRate`, `learning_rate` and `learning-rate` are
    /// one.
    func entry(for key: String) -> Entry? {
        let wanted = Self.letters(key)
        return keys.first { Self.letters($0.name) == wanted }
    }

    /// What values an option takes: found by asking the parser.
    func kind(of entry: Entry) -> Kind {
        guard !entry.isFlag, entry.values.isEmpty, entry.name != Self.data else { return .text }
        func takes(_ value: String) -> Bool {
            (try? Train.parse(["data", "--\(entry.name)=\(value)"])) != nil
        }
        // A threshold is a number or best.
        if takes("no number") || takes("best") { return .text }
        return takes("0.5") ? .number : takes("1") ? .integer : .text
    }

    private static func letters(_ name: String) -> String {
        name.lowercased().filter { $0 != "-" && $0 != "_" }
    }

    private static func entry(_ argument: JSONValue) -> Entry? {
        let isPositional = argument["kind"]?.string == "positional"
        let names = (argument["names"]?.array ?? []).filter { $0["kind"]?.string == "long" }
            .compactMap { $0["name"]?.string }
        guard let name = isPositional ? data : names.first else { return nil }
        return Entry(
            name: name, isFlag: argument["kind"]?.string == "flag",
            isRepeating: argument["isRepeating"]?.bool ?? false,
            help: argument["abstract"]?.string ?? "",
            values: argument["allValues"]?.array?.compactMap(\.string) ?? [],
            isOfCall: ofCall.contains(name))
    }
}
