import KalsaeSupport
import Testing

/// What files hold must not end a message, start a new line or steer the terminal.
@Suite struct PrintableTextTests {
    @Test func controlCharactersBecomeEscapes() {
        let cases = [
            ("plain, ü€😀 칼새", "plain, ü€😀 칼새"), ("a\0b", "a\\0b"), ("", ""),
            ("a\u{1b}[31mb", "a\\u{1B}[31mb"), ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
            ("\u{7f}\u{85}", "\\u{7F}\\u{0085}"), ("a\u{202e}b", "a\\u{202E}b"),
        ]
        for (text, shown) in cases { #expect(text.printable == shown) }
    }

    @Test func everyMessageIsEscaped() {
        let error = KalsaeError(
            "a\n.csv", expected: "a column named \"x\"", got: "\"\0\u{1b}[2J\"", advice: "b\u{7}")
        #expect(
            error.description
                == "a\\n.csv: expected a column named \"x\", got \"\\0\\u{1B}[2J\"; b\\u{07}")
        let (_, lines) = Notice.collect { Notice.say("column \"a\0b\u{1b}c\"") }
        #expect(lines == ["column \"a\\0b\\u{1B}c\""])
    }
}
