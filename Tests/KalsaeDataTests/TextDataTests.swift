import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct TextDataTests {
    /// A hundred characters: ninety, then five, then five.
    private let text = String(repeating: "abcdefghi ", count: 9) + "abcxyabcza"

    @Test func partsFollowOneAnotherAndTokensAreOfTheFirst() throws {
        let data = try TextData(text, name: "t")
        let counts = [data.train.count, data.validation.count, data.test.count]
        #expect(counts == [90, 5, 5])
        // A blank, then a to i, behind the number of all others.
        #expect(data.tokens.count == 11 && data.tokens.unknown == 0)
        #expect(Array(data.train.prefix(10)) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 1])
        #expect(data.validation == [2, 3, 4, 0, 0])
        #expect(data.test == [2, 3, 4, 0, 2])
        #expect(data.tokens.decode(data.validation) == "abc\u{fffd}\u{fffd}")
        #expect(data.tokens.decode([1, 99, -1]) == " \u{fffd}\u{fffd}")
    }

    @Test func partsOfTheirOwnAreAppended() throws {
        let data = try TextData(
            "abab", name: "t", fractions: Split.Fractions(validation: 0, test: 0),
            validation: "ba", test: "c")
        #expect(data.train == [1, 2, 1, 2] && data.validation == [2, 1] && data.test == [0])
    }

    @Test func wordsAreTheMostFrequentOfTheTrainingPart() throws {
        let text = "the cat, the dog, the cat ran\n" + String(repeating: "zebra ", count: 9)
        let whole = Split.Fractions(validation: 0.65, test: 0)
        // 84 characters, of which 29 train: up to "ran".
        let data = try TextData(text, name: "t", tokens: .words(most: 5), fractions: whole)
        // " the" and "," twice each, " cat" twice; of equal counts the first in Unicode's order.
        #expect(data.tokens.count == 5)
        let numbers = data.tokens.encode("the cat, the zebra")
        #expect(data.tokens.decode(numbers).hasSuffix(" cat, the\u{fffd}"))
        #expect(data.tokens.encode(" the cat,").allSatisfy { $0 > 0 })
        #expect(data.tokens.encode(" zebra") == [0])
        // With all of them what is written is what was read.
        let all = try TextTokens(.words(most: 100), fitting: text)
        #expect(all.decode(all.encode(text)) == text)
    }

    @Test func tokensOfAFileAreThoseOfItsTokenizer() throws {
        let path = #filePath.replacing(
            "KalsaeDataTests/TextDataTests.swift",
            with: "KalsaeFilesTests/Vectors/tokenizers/bpe.json")
        let tokenizer = try Tokenizer(path: path)
        let text = "It's 12 swifts, naïve 漢字\nand more"
        let tokens = try TextTokens(.tokenizer(path), fitting: "")
        #expect(tokens.encode(text) == tokenizer.encode(text) && tokens.unknown == nil)
        #expect(tokens.count == tokenizer.vocabulary.count)
        #expect(tokens.decode(tokens.encode(text)) == tokenizer.decode(tokenizer.encode(text)))
    }

    /// Pieces of text end where characters do, and are the whole together.
    @Test(arguments: ["bpe.json", "bpe-spaced.json", "bpe-whole.json", "bert.json"])
    func tokensInARowAreTheTextOfAll(_ name: String) throws {
        let folder = #filePath.replacing(
            "KalsaeDataTests/TextDataTests.swift", with: "KalsaeFilesTests/Vectors/tokenizers/")
        let tokens = try TextTokens(.tokenizer(folder + name), fitting: "")
        let text = "It's 12 swifts, naïve 漢字 👩‍👩‍👧 𝛼\nand  more "
        var numbers = tokens.encode(String(repeating: text, count: 30))
        // Half a character at the end.
        numbers.removeLast(3)
        var stream = TextStream(tokens)
        let pieces = numbers.map { stream.append($0) }
        #expect(pieces.joined() + stream.end() == tokens.decode(numbers))
        #expect(pieces.count { !$0.isEmpty } > pieces.count / 4)
    }

    @Test func choicesAreReadOrRefused() throws {
        #expect(try TokenChoice(parsing: "characters") == .characters)
        #expect(try TokenChoice(parsing: "words", most: 50) == .words(most: 50))
        #expect(try TokenChoice(parsing: "a/b.json") == .tokenizer("a/b.json"))
        #expect(message { _ = try TokenChoice(parsing: "word") }.contains("did you mean"))
        #expect(
            message { _ = try TokenChoice(parsing: "characters", most: 5) }.hasPrefix(
                "--vocabulary: expected"))
    }

    @Test func whatCannotBeIsRefused() throws {
        #expect(message { _ = try TextData("aaaa", name: "t") }.contains("t: expected a text with"))
        #expect(message { _ = try TextData("", name: "t") }.contains("got none"))
        let path = NSTemporaryDirectory() + "kalsae-text-\(UUID().uuidString).txt"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data([0x66, 0xfc, 0x72]).write(to: URL(fileURLWithPath: path))
        #expect(message { _ = try TextData(path: path) }.contains("expected text in UTF-8"))
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(message { _ = try TextData(path: path, memory: 1000) }.contains("raise --memory"))
        let data = try TextData(path: path, name: "t", memory: 1 << 20)
        #expect(data.train.count == 90)
        try Data(Gzip.compress(Array(("\u{feff}" + text).utf8))).write(
            to: URL(fileURLWithPath: path))
        #expect(try TextData(path: path, name: "t").fingerprint == data.fingerprint)
    }
}
