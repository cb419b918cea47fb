/// Whether the name of a column says that it names rows or things: `id`, `customerId`, `Objekt-Nr.`.
enum IdentifierName {
    private static let words: Set<String> = [
        "id", "ids", "uid", "guid", "uuid", "index", "idx", "row", "rowid", "rownum", "number",
        "no", "nr", "num", "key", "nummer", "numero", "número", "numéro", "kennung",
    ]
    /// Endings of words that are written as one.
    private static let endings = ["번호", "순번", "아이디", "nummer", "kennung"]

    /// Words that name rows only when they stand alone: a price index does not.
    private static let lone: Set<String> = ["row", "index", "idx", "key", "num"]

    /// Whether the last word of a name is such a word, or the first one is `id`.
    static func matches(_ name: String) -> Bool {
        let lower = name.lowercased()
        if ["#", "unnamed: 0", "column 1", "lfd. nr."].contains(lower) { return true }
        let parts = Self.parts(of: name)
        guard let first = parts.first, let last = parts.last else { return false }
        return first == "id" || words.contains(last) && (parts.count == 1 || !lone.contains(last))
            || endings.contains { last.hasSuffix($0) }
    }

    /// A name in words of lower case, parted by capitals and by all but letters and digits.
    static func parts(of name: String) -> [String] {
        var parts: [String] = []
        var isOpen = false
        var wasLower = false
        for character in name {
            guard character.isLetter || character.isNumber else {
                isOpen = false
                continue
            }
            if !isOpen || (wasLower && character.isUppercase) { parts.append("") }
            parts[parts.count - 1] += character.lowercased()
            (isOpen, wasLower) = (true, character.isLowercase)
        }
        return parts
    }
}
