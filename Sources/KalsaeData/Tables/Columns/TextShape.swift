/// What the texts of a column look like together.
struct TextShape {
    private let texts: Table.Texts
    private let present: Int
    private let sample: ArraySlice<String>

    /// Different texts that are never too many for categories, however few the rows are.
    static let fewCategories = 8

    init(_ texts: Table.Texts, present: Int) {
        self.texts = texts
        self.present = present
        sample = texts.names.prefix(1_000)
    }

    private var isUnique: Bool { texts.names.count == present }

    /// Whether the texts say something in their words or letters: nearly every cell has its own, or
    /// they are sentences.
    var isFreeText: Bool {
        let distinct = texts.names.count
        guard distinct > Self.fewCategories else { return false }
        if distinct * 3 > present { return true }
        let words = sample.reduce(0) { $0 + $1.split(separator: " ").count }
        return distinct > 50 && words > 5 * sample.count
    }

    /// Why the column only names the rows: every cell has its own text, and all are universally
    /// unique identifiers, or the same text before an ascending number at the end.
    func identifierReason(_ name: String) -> String? {
        guard isUnique, present >= LeakCheck.fewestRows else { return nil }
        if sample.allSatisfy(Self.isUUID) { return "it identifies the rows" }
        var last = -1
        var frame: String?
        for text in sample {
            let digits = text.utf8.reversed().prefix { (0x30...0x39).contains($0) }
            let all = text.utf8.count { (0x30...0x39).contains($0) }
            guard (1...15).contains(digits.count), all * 3 >= text.utf8.count,
                let number = Int(String(decoding: digits.reversed(), as: UTF8.self)), number > last
            else { return nil }
            last = number
            let rest = String(decoding: text.utf8.dropLast(digits.count), as: UTF8.self)
            // What parts numbers makes of them dates, times, versions and places.
            guard frame ?? rest == rest, !".:,/".contains(rest.last ?? " ") else { return nil }
            frame = rest
        }
        return "it numbers the rows"
    }

    private static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.joined().allSatisfy(\.isHexDigit)
    }
}
