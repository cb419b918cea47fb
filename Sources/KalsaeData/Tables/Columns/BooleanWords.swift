import KalsaeFiles

/// Words for yes and no, as tables in several languages have them.
enum BooleanWords {
    private static let yes: Set<String> = [
        "true", "t", "yes", "y", "1", "on", "ja", "j", "wahr", "oui", "o", "vrai", "si", "sí", "s",
        "verdadero", "예", "네", "참", "да", "истина", "はい", "有", "是", "sim", "tak", "evet", "✓", "✔",
        "☑", "○", "+", "有り", "あり",
    ]
    private static let no: Set<String> = [
        "false", "f", "no", "n", "0", "off", "nein", "falsch", "non", "faux", "falso", "아니오",
        "아니요", "거짓", "нет", "ложь", "いいえ", "無", "否", "não", "nie", "hayır", "✗", "✘", "☐", "×",
        "-", "無し",
    ]

    /// What the word says, capitals not counted; nil for any other.
    static func value(of text: String) -> Bool? {
        let key = CategoryKey.numberName(of: text) ?? text.lowercased()
        if yes.contains(key) { return true }
        return no.contains(key) ? false : nil
    }

    /// Whether all texts are words for yes or no and both occur.
    ///
    /// More than two different letters are codes rather than abbreviations of yes and no.
    static func areAll(_ texts: [String]) -> Bool {
        let values = texts.map { value(of: $0) }
        let letters = Set(texts.filter { $0.count == 1 && Int($0) == nil }.map { $0.lowercased() })
        return values.contains(true) && values.contains(false) && !values.contains(nil)
            && letters.count <= 2
    }
}

/// What makes two cells of a category the same.
enum CategoryKey {
    /// The key of a text: words for yes and no without capitals, numbers by their value, and
    /// everything else as it is.
    static func of(_ text: String) -> String {
        if let name = numberName(of: text) { return name }
        return BooleanWords.value(of: text) == nil ? text : text.lowercased()
    }

    /// A number's name, `7` for `7.0` and `+7`; nil for no number, and for digits behind a leading
    /// zero as in `007`, which are text.
    static func numberName(of text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x2b...0x39).contains($0) || $0 | 0x20 == 0x65 }
        guard isPlain, !hasLeadingZero(text), let value = Double(text) else { return nil }
        return TargetEncoder.className(value)
    }

    /// Whether the text is digits that begin with a 0 which no number would have: `007`, `00`.
    static func hasLeadingZero(_ text: String) -> Bool {
        let digits = text.utf8
        return digits.count > 1 && digits.first == 0x30
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// From the text of a cell to the index of a category or class.
struct CategoryIndex {
    private let exact: [String: Int]
    private let keys: [String: Int]
    private let booleans: [Bool: Int]

    /// The index over names, which are different.
    init(_ names: [String]) {
        exact = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
        keys = Dictionary(
            zip(names.map(CategoryKey.of), names.indices), uniquingKeysWith: { first, _ in first })
        var booleans: [Bool: Int] = [:]
        if names.count == 2, BooleanWords.areAll(names) {
            for (index, name) in names.enumerated() {
                if let value = BooleanWords.value(of: name) { booleans[value] = index }
            }
        }
        self.booleans = booleans
    }

    /// The category of a text, by what it says rather than how it is spelled; nil for a new one.
    subscript(text: String) -> Int? {
        if let index = exact[text] ?? keys[CategoryKey.of(text)] { return index }
        guard !booleans.isEmpty else { return nil }
        return BooleanWords.value(of: text).flatMap { booleans[$0] }
    }
}
