/// Tokens that come one after the other, as pieces of text.
///
/// All pieces together are the text of all tokens: a character whose bytes are tokens of their own waits
/// for the last of them.
package struct TextStream {
    private let tokens: TextTokens
    /// The last tokens: those before may decide how the next one is written.
    private var window: [Int32] = []
    /// How many scalars of the window's text were handed out.
    private var written = 0

    /// Tokens that are kept to write the next one, and at which they are cut to that.
    private static let (kept, most) = (8, 64)
    /// What the first bytes of a character may look like: U+FFFD, at most this often.
    private static let unfinished = 3

    package init(_ tokens: TextTokens) { self.tokens = tokens }

    /// The text that a token makes known, which may be none.
    package mutating func append(_ token: Int32) -> String {
        window.append(token)
        let scalars = scalars()
        let tail = scalars.suffix(Self.unfinished).reversed().prefix { $0 == "\u{fffd}" }.count
        let piece = piece(of: scalars, until: scalars.count - tail)
        if window.count >= Self.most {
            window.removeFirst(window.count - Self.kept)
            written = self.scalars().count - tail
        }
        return piece
    }

    /// What still waited.
    package mutating func end() -> String {
        let scalars = scalars()
        return piece(of: scalars, until: scalars.count)
    }

    private func scalars() -> [Unicode.Scalar] { Array(tokens.decode(window).unicodeScalars) }

    private mutating func piece(of scalars: [Unicode.Scalar], until end: Int) -> String {
        guard end > written else { return "" }
        var piece = String.UnicodeScalarView()
        piece.append(contentsOf: scalars[written..<end])
        written = end
        return String(piece)
    }
}
