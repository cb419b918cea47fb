import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import Testing

/// Tokenizers of the Python package, and what it makes of texts (`Scripts/parity/tokenizer_files.py`).
@Suite struct TokenizerTests {
    private func file(_ name: String) throws -> [UInt8] {
        try FileBytes.read(vector("tokenizers/\(name).json"))
    }

    private func numbers(_ json: JSONValue) -> [Int32] {
        json.array?.compactMap { $0.integer.map { Int32($0) } } ?? []
    }

    @Test(arguments: ["bpe", "bpe-spaced", "bpe-whole", "bert", "bert-cased"])
    func asThePackage(name: String) throws {
        let expected = try JSONValue(parsing: file("expected"))
        let texts = try #require(expected["texts"]?.array).compactMap(\.string)
        let own = try #require(expected[name])
        let tokenizer = try Tokenizer(file(name))
        #expect(texts.count == 33)
        for (index, text) in texts.enumerated() {
            let ids = numbers(try #require(own["numbers"]?.array)[index])
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(
                tokenizer.decode(ids) == own["texts"]?.array?[index].string,
                "\(text.debugDescription)")
            #expect(
                tokenizer.decode(ids, special: true) == own["special"]?.array?[index].string,
                "\(text.debugDescription)")
        }
    }

    /// n log n: a word of a million letters is no way to keep a machine busy.
    @Test func aLongWordEnds() throws {
        let tokenizer = try Tokenizer(file("bpe"))
        let text = String(repeating: "swift", count: 40_000)
        let numbers = tokenizer.encode(text)
        #expect(numbers.count < 200_000)
        #expect(tokenizer.decode(numbers) == text)
    }

    @Test func whatIsNotKnownIsRefusedByName() throws {
        func refusal(_ from: String, _ to: String) throws -> String {
            let text = String(decoding: try file("bpe"), as: UTF8.self)
            #expect(text.contains(from))
            return message {
                _ = try Tokenizer(Array(text.replacingFirst(from, to).utf8), subject: "t.json")
            }
        }
        #expect(
            try refusal(#""type":"BPE""#, #""type":"Unigram""#)
                == "t.json: expected a model of kind BPE or WordPiece, got Unigram")
        #expect(
            try refusal(#""type":"ByteLevel""#, #""type":"Metaspace""#).hasPrefix(
                "t.json: expected a pre_tokenizer of kind ByteLevel, got Metaspace"))
        #expect(
            try refusal(#""normalizer":null"#, #""normalizer":{"type":"Replace"}"#).contains(
                "got Replace"))
        #expect(try refusal(#""!":"#, #""!!":"#).contains("a token for each of 256 bytes"))
        #expect(message { _ = try Tokenizer(Array("{}".utf8)) }.contains("model and vocab"))
    }
}

extension String {
    fileprivate func replacingFirst(_ from: String, _ to: String) -> String {
        guard let range = firstRange(of: from) else { return self }
        return replacingCharacters(in: range, with: to)
    }

    private func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
