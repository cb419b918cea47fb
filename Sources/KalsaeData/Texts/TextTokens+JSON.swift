import KalsaeFiles
import KalsaeSupport

/// Tokens in a model's file: `{"kind": "characters", "tokens": "abc"}`, `{"kind": "words", "tokens":
/// ["the", …]}`, `{"kind": "tokenizer", "file": {…}}`.
extension TextTokens {
    package var json: JSONValue {
        switch storage {
        case .characters(let known, _):
            var text = String.UnicodeScalarView()
            text.append(contentsOf: known)
            return ["kind": .string(kind), "tokens": .string(String(text))]
        case .words(let known, _):
            return ["kind": .string(kind), "tokens": .array(known.map { .string($0) })]
        case .file(_, let file): return ["kind": .string(kind), "file": file]
        }
    }

    /// - Throws: a `KalsaeError` for anything that ``json`` does not write.
    package init(json: JSONValue, subject: String) throws(KalsaeError) {
        switch json["kind"]?.string {
        case "characters":
            let known = Array((json["tokens"]?.string ?? "").unicodeScalars)
            try Self.check(known.count, distinct: Set(known).count, subject)
            storage = Self.characters(known)
        case "words":
            let known = json["tokens"]?.array?.compactMap(\.string) ?? []
            try Self.check(known.count, distinct: Set(known).count, subject)
            storage = Self.words(known)
        case "tokenizer":
            guard let file = json["file"] else {
                throw KalsaeError(subject, expected: "a tokenizer", got: "none")
            }
            storage = .file(try Tokenizer(file.bytes, subject: subject), file)
        default:
            throw KalsaeError(
                subject, expected: "tokens: characters, words or a tokenizer",
                got: json["kind"]?.text ?? "none")
        }
    }

    private static func check(
        _ count: Int, distinct: Int, _ subject: String
    ) throws(KalsaeError) {
        guard count >= 2, distinct == count else {
            throw KalsaeError(
                subject, expected: "at least two tokens, each once",
                got: "\(count), of which \(distinct) differ")
        }
    }
}
