import KalsaeFiles
import KalsaeSupport

/// How a text becomes numbers of tokens, and numbers become text again.
///
/// ```swift
/// let tokens = try TextTokens(.words(most: 5000), fitting: text)
/// let numbers = tokens.encode("to be or not to be")
/// ```
public struct TextTokens: Sendable {
    enum Storage: Sendable {
        /// Tokens by number, and numbers by token; number 0 stands for all that is no token.
        case characters([Unicode.Scalar], [Unicode.Scalar: Int32])
        case words([String], [String: Int32])
        /// A tokenizer with its file.
        case file(Tokenizer, JSONValue)
    }

    let storage: Storage

    /// Tokens that a text has.
    ///
    /// - Parameters:
    ///   - choice: what the tokens are.
    ///   - text: what characters and words are taken from: the training part alone.
    ///   - subject: what errors name.
    /// - Throws: a `KalsaeError` for a tokenizer's file that cannot be read, and a text without two
    ///   different tokens.
    public init(
        _ choice: TokenChoice, fitting text: String, subject: String = "tokens"
    ) throws(KalsaeError) {
        switch choice {
        case .characters: storage = Self.characters(Set(text.unicodeScalars).sorted())
        case .words(let most):
            var counts: [String: Int] = [:]
            Self.eachWord(of: text) { counts[$0, default: 0] += 1 }
            let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            storage = Self.words(sorted.prefix(max(most - 1, 1)).map(\.key))
        case .tokenizer(let path):
            let json = try JSONValue(parsing: FileBytes.read(path, limit: 1 << 28), subject: path)
            storage = .file(try Tokenizer(json.bytes, subject: path), json)
        }
        guard count >= 2, unknown == nil || count >= 3 else {
            throw KalsaeError(
                subject, expected: "a text with at least two different tokens",
                got: count > 1 ? "one" : "none")
        }
    }

    init(_ storage: Storage) { self.storage = storage }

    static func characters(_ known: [Unicode.Scalar]) -> Storage {
        var numbers: [Unicode.Scalar: Int32] = [:]
        for (index, scalar) in known.enumerated() { numbers[scalar] = Int32(index + 1) }
        return .characters(known, numbers)
    }

    static func words(_ known: [String]) -> Storage {
        var numbers: [String: Int32] = [:]
        for (index, word) in known.enumerated() { numbers[word] = Int32(index + 1) }
        return .words(known, numbers)
    }

    /// How many tokens there are: the numbers are those below it.
    public var count: Int {
        switch storage {
        case .characters(let known, _): known.count + 1
        case .words(let known, _): known.count + 1
        case .file(let tokenizer, _): tokenizer.vocabulary.count
        }
    }

    /// `characters`, `words` or `tokenizer`.
    public var kind: String {
        switch storage {
        case .characters: "characters"
        case .words: "words"
        case .file: "tokenizer"
        }
    }

    /// The number of what is no token; nil where a tokenizer's file says how that is done.
    public var unknown: Int32? {
        if case .file = storage { nil } else { 0 }
    }

    /// Numbers that stand for no text, so that none is drawn.
    package var unwritten: [Int32] {
        guard case .file(let tokenizer, _) = storage else { return [0] }
        return tokenizer.vocabulary.indices.filter { tokenizer.vocabulary[$0] == nil }
            .map { Int32($0) }
    }

    /// The numbers of the tokens of a text.
    public func encode(_ text: String) -> [Int32] {
        switch storage {
        case .characters(_, let numbers): return text.unicodeScalars.map { numbers[$0] ?? 0 }
        case .words(_, let numbers):
            var result: [Int32] = []
            Self.eachWord(of: text) { result.append(numbers[$0] ?? 0) }
            return result
        case .file(let tokenizer, _): return tokenizer.encode(text)
        }
    }

    /// The text of numbers; what is no token is written as U+FFFD.
    public func decode(_ numbers: [Int32]) -> String {
        switch storage {
        case .characters(let known, _):
            var text = String.UnicodeScalarView()
            for number in numbers {
                let index = Int(number) - 1
                text.append(known.indices.contains(index) ? known[index] : "\u{fffd}")
            }
            return String(text)
        case .words(let known, _):
            return numbers.map { number in
                let index = Int(number) - 1
                return known.indices.contains(index) ? known[index] : "\u{fffd}"
            }.joined()
        case .file(let tokenizer, _): return tokenizer.decode(numbers)
        }
    }

    /// The words of a text one after the other, without a gap between them.
    private static func eachWord(of text: String, _ body: (String) -> Void) {
        for word in WordSplitter.words(Array(text.unicodeScalars)) {
            body(String(String.UnicodeScalarView(word)))
        }
    }
}
