/// GPT-2's words: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
package enum WordSplitter {
    private enum Kind {
        case letter, number, blank, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
                .otherLetter:
                self = .letter
            case .decimalNumber, .letterNumber, .otherNumber: self = .number
            default: self = scalar.properties.isWhitespace ? .blank : .other
            }
        }
    }

    private static let endings: [[Unicode.Scalar]] = [
        ["'", "s"], ["'", "t"], ["'", "r", "e"], ["'", "v", "e"], ["'", "m"], ["'", "l", "l"],
        ["'", "d"],
    ]

    /// The words of a text, one behind the other without a gap.
    package static func words(_ text: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
        var words: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        while start < text.count {
            let end = end(of: text, from: start)
            words.append(text[start..<end])
            start = end
        }
        return words
    }

    private static func end(of text: [Unicode.Scalar], from start: Int) -> Int {
        if text[start] == "'",
            let ending = endings.first(where: { text[start...].starts(with: $0) })
        {
            return start + ending.count
        }
        // A space belongs to the word behind it.
        let first = text[start] == " " && start + 1 < text.count ? start + 1 : start
        let kind = Kind(text[first])
        if kind != .blank {
            var end = first
            while end < text.count, Kind(text[end]) == kind { end += 1 }
            return end
        }
        var end = start
        while end < text.count, Kind(text[end]) == .blank { end += 1 }
        // The last of several blanks belongs to what follows them.
        return end < text.count && end - start > 1 ? end - 1 : end
    }
}
