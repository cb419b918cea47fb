import KalsaeSupport

/// What the tokens of a text are.
public enum TokenChoice: Sendable, Equatable {
    /// Unicode scalars.
    case characters
    /// The most frequent words of the training part, each with the space in front of it; others, and
    /// marks and blanks beside them, are split as GPT-2 does.
    case words(most: Int = 10_000)
    /// Those of a `tokenizer.json` of Hugging Face, by its path.
    case tokenizer(String)

    /// Reads `characters`, `words`, or the path of a `.json` file.
    ///
    /// - Parameter most: how many tokens words have at most.
    /// - Throws: a `KalsaeError` for anything else.
    public init(parsing text: String, most: Int? = nil) throws(KalsaeError) {
        switch text {
        case "characters": self = .characters
        case "words": self = .words(most: most ?? 10_000)
        case _ where text.lowercased().hasSuffix(".json"): self = .tokenizer(text)
        default:
            throw KalsaeError(
                "--tokens", expected: "characters, words, or the path of a tokenizer.json",
                got: "\"\(text)\"",
                advice: SpellingSuggestion.advice(text, in: ["characters", "words"]))
        }
        guard let most else { return }
        guard case .words = self, most >= 2 else {
            throw KalsaeError(
                "--vocabulary", expected: "at least 2 tokens, and --tokens words beside it",
                got: "\(most), tokens \(text)")
        }
    }
}
