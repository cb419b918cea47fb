import Foundation
import KalsaeSupport

/// A tokenizer of Hugging Face's `tokenizer.json`: text to numbers of tokens and back.
///
/// Byte-level BPE, as GPT-2 has it, and WordPiece, as BERT has it. Special tokens in the text are
/// found; none are added around it (`add_special_tokens=False` in the Python package).
public struct Tokenizer: Sendable {
    enum Model: Sendable {
        case bytePairs(BytePairModel)
        case wordPieces(WordPieceModel)
    }

    /// The tokens by number; a number that no token has is nil.
    public let vocabulary: [String?]
    let model: Model
    let normalizer: TextNormalizer
    let added: AddedTokens

    /// Reads a file.
    ///
    /// - Throws: a `KalsaeError` for other formats, and for kinds of tokenizers that are not known, by
    ///   name.
    public init(path: String) throws(KalsaeError) {
        try self.init(FileBytes.read(path, limit: Self.mostBytes), subject: path)
    }

    /// Reads the bytes of a file; `subject` names it in errors.
    public init(_ file: [UInt8], subject: String = "tokenizer") throws(KalsaeError) {
        let json = try JSONValue(parsing: file, subject: subject)
        let reader = TokenizerReader(subject: subject)
        guard let model = json["model"], let members = model["vocab"]?.members else {
            throw KalsaeError(
                subject, expected: "model and vocab, as tokenizer.json has", got: "neither",
                advice: "convert it with the tokenizers package: Tokenizer.save(\"tokenizer.json\")"
            )
        }
        let vocabulary = try reader.vocabulary(members)
        added = try AddedTokens(json["added_tokens"]?.array ?? [], subject: subject)
        normalizer = try reader.normalizer(json["normalizer"])
        self.vocabulary = try reader.tokens(vocabulary, added)
        switch reader.kind(model) {
        case "BPE":
            self.model = .bytePairs(
                try BytePairModel(
                    model, vocabulary, try reader.byteLevel(json["pre_tokenizer"]),
                    subject: subject))
        case "WordPiece":
            try reader.checkWordPiece(json["pre_tokenizer"])
            self.model = .wordPieces(try WordPieceModel(model, vocabulary, subject: subject))
        case let other:
            throw KalsaeError(
                subject, expected: "a model of kind BPE or WordPiece", got: other)
        }
    }

    private static let mostBytes = 1 << 28

    /// The numbers of the tokens of a text.
    public func encode(_ text: String) -> [Int32] {
        var numbers: [Int32] = []
        for part in added.parts(of: text) {
            switch part {
            case .token(let number): numbers.append(number)
            case .text(let text):
                let text = normalizer.applied(to: String(text))
                switch model {
                case .bytePairs(let pairs): pairs.encode(text, into: &numbers)
                case .wordPieces(let pieces): pieces.encode(text, into: &numbers)
                }
            }
        }
        return numbers
    }

    /// The text of numbers; those without a token are left out.
    ///
    /// - Parameter special: whether special tokens are part of the text.
    public func decode(_ numbers: [Int32], special: Bool = false) -> String {
        let kept = numbers.filter { number in
            vocabulary.indices.contains(Int(number)) && vocabulary[Int(number)] != nil
                && (special || !added.isSpecial(number))
        }
        switch model {
        case .bytePairs(let pairs):
            var bytes: [UInt8] = []
            for number in kept {
                if let own = pairs.bytes[number] {
                    bytes += own
                } else {
                    bytes += (vocabulary[Int(number)] ?? "").utf8
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        case .wordPieces(let pieces):
            return pieces.decode(kept.compactMap { vocabulary[Int($0)] })
        }
    }
}
