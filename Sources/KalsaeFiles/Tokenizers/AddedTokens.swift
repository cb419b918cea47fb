import KalsaeSupport

/// Tokens that are found in the text before anything else is done to it.
struct AddedTokens: Sendable {
    struct Token: Sendable {
        let content: String
        let number: Int32
        let isSpecial: Bool
        /// Whether blanks on that side belong to it.
        let takesLeft: Bool, takesRight: Bool
        fileprivate let scalars: [Unicode.Scalar]
    }

    enum Part {
        case text(String.UnicodeScalarView.SubSequence)
        case token(Int32)
    }

    /// Longest first, so that of tokens that begin alike the longest is found.
    let tokens: [Token]
    private let special: Set<Int32>
    private let beginnings: Set<Unicode.Scalar>

    init(_ list: [JSONValue], subject: String) throws(KalsaeError) {
        var tokens: [Token] = []
        for json in list {
            guard let content = json["content"]?.string, let number = json["id"]?.integer,
                !content.isEmpty, (0..<(1 << 24)).contains(number)
            else {
                throw KalsaeError(
                    subject, expected: "content and id of an added token", got: json.text)
            }
            guard json["single_word"]?.bool != true else {
                throw KalsaeError(
                    subject, expected: "added tokens that need not be words of their own",
                    got: "\"\(content)\" with single_word")
            }
            tokens.append(
                Token(
                    content: content, number: Int32(number),
                    isSpecial: json["special"]?.bool ?? false,
                    takesLeft: json["lstrip"]?.bool ?? false,
                    takesRight: json["rstrip"]?.bool ?? false,
                    scalars: Array(content.unicodeScalars)))
        }
        self.tokens = tokens.sorted { $0.scalars.count > $1.scalars.count }
        special = Set(tokens.filter(\.isSpecial).map(\.number))
        beginnings = Set(tokens.compactMap(\.scalars.first))
    }

    func isSpecial(_ number: Int32) -> Bool { special.contains(number) }

    /// The text, divided at the tokens.
    func parts(of text: String) -> [Part] {
        let scalars = text.unicodeScalars
        guard !tokens.isEmpty else { return scalars.isEmpty ? [] : [.text(scalars[...])] }
        var parts: [Part] = []
        var start = scalars.startIndex
        var at = start
        while at < scalars.endIndex {
            guard beginnings.contains(scalars[at]),
                let token = tokens.first(where: { scalars[at...].starts(with: $0.scalars) })
            else {
                at = scalars.index(after: at)
                continue
            }
            var end = at
            if token.takesLeft {
                while end > start, Self.isSpace(scalars[scalars.index(before: end)]) {
                    end = scalars.index(before: end)
                }
            }
            if end > start { parts.append(.text(scalars[start..<end])) }
            parts.append(.token(token.number))
            at = scalars.index(at, offsetBy: token.scalars.count)
            if token.takesRight {
                while at < scalars.endIndex, Self.isSpace(scalars[at]) {
                    at = scalars.index(after: at)
                }
            }
            start = at
        }
        if start < scalars.endIndex { parts.append(.text(scalars[start...])) }
        return parts
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace
    }
}
