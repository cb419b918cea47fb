import KalsaeSupport

/// WordPiece: of each word the longest piece that is a token, then of the rest (Devlin et al., 2018).
struct WordPieceModel: Sendable {
    private let vocabulary: [String: Int32]
    private let unknown: Int32
    private let prefix: String
    private let longestWord: Int
    private let longestPiece: Int

    init(
        _ model: JSONValue, _ vocabulary: [String: Int32], subject: String
    ) throws(KalsaeError) {
        let name = model["unk_token"]?.string ?? "[UNK]"
        guard let unknown = vocabulary[name] else {
            throw KalsaeError(subject, expected: "a token \"\(name)\"", got: "none")
        }
        self.vocabulary = vocabulary
        self.unknown = unknown
        prefix = model["continuing_subword_prefix"]?.string ?? "##"
        longestWord = model["max_input_chars_per_word"]?.integer ?? 100
        longestPiece = vocabulary.keys.map(\.unicodeScalars.count).max() ?? 0
    }

    func encode(_ text: String, into numbers: inout [Int32]) {
        for word in Self.words(text) {
            numbers += pieces(of: word) ?? [unknown]
        }
    }

    /// BERT's words: without blanks, marks of punctuation apart.
    private static func words(_ text: String) -> [[Unicode.Scalar]] {
        var words: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func close() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                close()
            } else if isPunctuation(scalar) {
                close()
                words.append([scalar])
            } else {
                word.append(scalar)
            }
        }
        close()
        return words
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }

    /// The pieces of a word; nil where some part of it is none.
    private func pieces(of word: [Unicode.Scalar]) -> [Int32]? {
        guard word.count <= longestWord else { return nil }
        var numbers: [Int32] = []
        var start = 0
        while start < word.count {
            var end = min(word.count, start + longestPiece)
            var found: Int32?
            while end > start, found == nil {
                let text = String(String.UnicodeScalarView(word[start..<end]))
                found = vocabulary[start > 0 ? prefix + text : text]
                if found == nil { end -= 1 }
            }
            guard let found else { return nil }
            numbers.append(found)
            start = end
        }
        return numbers
    }

    /// The text of pieces, as the package cleans it up.
    func decode(_ tokens: [String]) -> String {
        var text = ""
        for (index, token) in tokens.enumerated() {
            if token.hasPrefix(prefix), index > 0 {
                text += token.dropFirst(prefix.count)
            } else {
                text += Self.cleaned(index > 0 ? " " + token : token)
            }
        }
        return text
    }

    private static func cleaned(_ token: String) -> String {
        switch token {
        case " .", " ?", " !", " ,", " n't", " 'm", " 's", " 've", " 're":
            String(token.dropFirst())
        case " ' ": "'"
        case " do not": " don't"
        default: token
        }
    }
}
