import ArgumentParser
import KalsaeData
import KalsaeSupport

/// How a text becomes tokens, and windows of them.
struct TextOptions: ParsableArguments {
    @Option(
        help: """
            The tokens of a text: characters (the default), words, or the path of a tokenizer.json of \
            Hugging Face. Any file is a text where it is given; without it .txt and .md files are, \
            where there is no --target.
            """, completion: .file(extensions: ["json"]))
    var tokens: String?

    @Option(
        help: "How many tokens --tokens words has at most, the most frequent; 10000 by default.")
    var vocabulary: Int?

    @Option(help: "The tokens of a window: the most that the next one depends on; 64 by default.")
    var context: Int?

    /// The context where none is given.
    static let context = 64

    /// What the tokens are.
    func choice() throws(KalsaeError) -> TokenChoice {
        try TokenChoice(parsing: tokens ?? "characters", most: vocabulary)
    }

    /// Whether data are a text.
    func isText(_ data: String, target: String?) -> Bool {
        guard tokens == nil, NamedText(rawValue: data) == nil else { return true }
        var name = data.lowercased()
        if name.hasSuffix(".gz") { name.removeLast(3) }
        return target == nil && [".txt", ".md"].contains { name.hasSuffix($0) }
    }

    /// Throws where one is given for data that are no text.
    func refuse(for name: String) throws(KalsaeError) {
        let given = [("--vocabulary", vocabulary != nil), ("--context", context != nil)]
        guard let (option, _) = given.first(where: { $0.1 }) else { return }
        throw KalsaeError(
            option, expected: "a text to go with", got: name, advice: "say --tokens characters")
    }
}
