extension String {
    /// The text as a word of a shell's command line, in quotes where it needs them.
    package var shellWord: String {
        let isPlain =
            !isEmpty
            && unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic
                        || "0123456789._/-+=:@%,".unicodeScalars.contains($0))
            }
        return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
