import KalsaeSupport

/// A text that goes by a name, from a file in the data folders.
public enum NamedText: String, Sendable, CaseIterable {
    /// 40,000 lines of Shakespeare's plays (Karpathy's char-rnn), 65 characters.
    case tinyShakespeare = "tiny-shakespeare"

    /// The text, nine tenths to train on and the last tenth for validation.
    ///
    /// Throws when the file is missing, naming every path looked at, or no UTF-8.
    public func load() throws(KalsaeError) -> CharacterText {
        try CharacterText(try TextData.text(of: path()), name: rawValue)
    }

    /// The path of its file.
    ///
    /// - Throws: a `KalsaeError` that names every path looked at, where there is none.
    package func path() throws(KalsaeError) -> String {
        if let path = foundFile() { return path }
        let paths = DataFolders.folders.map { "\($0)/\(rawValue)/\(Self.file)" }
        throw KalsaeError(
            rawValue, expected: "the file \(Self.file)",
            got: paths.isEmpty
                ? "no folder to look in" : "none of \(paths.joined(separator: ", "))",
            advice: "set \(EnvironmentFlag.data.rawValue) to the folder that holds \(rawValue)/")
    }

    /// Where its file is: in the first folder that has one; nil when none has.
    func foundFile() -> String? {
        DataFolders.folders.map { "\($0)/\(rawValue)/\(Self.file)" }
            .first { DataFolders.isReadable($0) }
    }

    private static let file = "input.txt"
}
