import KalsaeFiles
import KalsaeTesting
import Testing

/// Damaged configurations: refused, or values with a line for each key.
@Suite struct YAMLFuzzTests {
    @Test func yaml() throws {
        let texts = [
            "data: a.csv\ntarget: price\noptimizer:\n  name: adam\n  learningRate: 3e-4\n",
            "a: &x [1, 2.5, true, null]\nb: *x\nc: {d: \"e\\n\", 'f': ~}\ng: |\n  text\n  more\n",
            "layers:\n  - dense: {units: 50}\n  - relu\n# note\nseed: 0x1F\nname: \"ü 😀\"\n",
        ]
        try checkReader(texts.map { Array($0.utf8) }, seed: 31) { bytes in
            let yaml = try YAMLText(String(decoding: bytes, as: UTF8.self), subject: "a.yaml")
            #expect(yaml.lines.values.allSatisfy { $0 > 0 })
            #expect(try JSONValue(parsing: yaml.value.bytes).text == yaml.value.text)
        }
    }

    /// Infinity would be written as null.
    @Test func numbersBeyondAllNumbersAreText() throws {
        let yaml = try YAMLText("a: 1e999\nb: 1e308\n", subject: "a.yaml")
        #expect(yaml.value["a"] == .string("1e999"))
        #expect(yaml.value["b"] == .number(1e308))
    }
}
