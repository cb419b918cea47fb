import KalsaeSupport
import Testing

@Suite struct ErrorLineTests {
    @Test func aMessageIsOneLineWhateverItQuotes() {
        let error = KalsaeError(
            "a\nb", expected: "c\u{0}", got: "d\r\n\u{1b}[31m\u{2028}é", advice: "e\t")
        #expect(error.description == #"a\nb: expected c\0, got d\r\n\u{1B}[31m\u{2028}é; e\t"#)
        #expect(error.got == "d\r\n\u{1b}[31m\u{2028}é")
    }

    @Test func ofWhatIsVeryLongTheBeginningIsShown() {
        let long = String(repeating: "a", count: 1_000_000)
        let text = KalsaeError("file", expected: "a name", got: long).description
        #expect(text.hasPrefix("file: expected a name, got aaaa"))
        #expect(text.hasSuffix("… (1000000 bytes)") && text.utf8.count < 2100)
    }
}
