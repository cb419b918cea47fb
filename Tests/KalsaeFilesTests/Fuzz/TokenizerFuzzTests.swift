import KalsaeFiles
import KalsaeTesting
import Testing

/// Damaged tokenizers: refused, or whatever they make of a text has a text again.
@Suite struct TokenizerFuzzTests {
    private func file(_ name: String) throws -> [UInt8] {
        try FileBytes.read(vector("tokenizers/\(name).json"))
    }

    @Test func tokenizers() throws {
        try checkReader([file("bpe-spaced"), file("bert")], seed: 61) { bytes in
            let tokenizer = try Tokenizer(bytes)
            let numbers = tokenizer.encode("It's 12 swifts, <|pad|> naïve 漢字\n")
            #expect(numbers.allSatisfy { tokenizer.vocabulary.indices.contains(Int($0)) })
            _ = tokenizer.decode(numbers + [-1, .max], special: true)
        }
    }
}
