import KalsaeData
import KalsaeSupport
import Testing

@Suite struct TextTests {
    @Test func charactersAreNumberedInUnicodesOrder() throws {
        let text = try CharacterText("cab\nbaé", name: "t", validation: 0.3)
        #expect(text.vocabulary == ["\n", "a", "b", "c", "é"])
        #expect(text.train == [3, 1, 2, 0])
        #expect(text.validation == [2, 1, 4])
        #expect(text.decode(text.train + [9, -1]) == "cab\n")
        #expect(try text.encode("bé") == [2, 4])
        #expect(message { _ = try text.encode("x") }.contains("t: expected characters"))
        #expect(message { _ = try CharacterText("", name: "t") }.contains("0 characters"))
    }

    @Test func windowsGoWithTheCharactersThatFollow() throws {
        let part: [Int32] = [5, 6, 7, 8, 9, 10]
        let data = try CharacterText.windows(of: part, length: 2)
        #expect(data.features.shape == [2, 2])
        #expect(try data.features.values(Int32.self) == [5, 6, 7, 8])
        #expect(try data.targets.values(Int32.self) == [6, 7, 8, 9])
        let dense = try CharacterText.windows(of: part, length: 4, stride: 1)
        #expect(try dense.features.values(Int32.self) == [5, 6, 7, 8, 6, 7, 8, 9])
        #expect(message { _ = try CharacterText.windows(of: part, length: 6) }.contains("length 6"))
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func theNamedText() throws {
        try EnvironmentFlag.with(.data, dataFolder ?? "") {
            let text = try NamedText.tinyShakespeare.load()
            #expect(text.vocabulary.count == 65)
            #expect([text.train.count, text.validation.count] == [1_003_854, 111_540])
            #expect(text.decode(Array(text.train.prefix(14))) == "First Citizen:")
        }
        EnvironmentFlag.with(.data, "/nowhere") {
            let error = message { _ = try NamedText.tinyShakespeare.load() }
            #expect(error.contains("/nowhere/tiny-shakespeare/input.txt"))
        }
    }
}
