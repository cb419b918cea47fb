/// Words that stand for nothing.
struct MissingWords: Sendable {
    /// How far a word counts.
    enum Reach {
        /// In every column, unless quoted in one of text.
        case everywhere
        /// Among numbers only: a category may be called so.
        case amongNumbers
    }

    /// As pandas and R have them, and the errors of spreadsheets.
    private static let usual = [
        "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "?", "None", "<NA>", "#N/A", "#N/A N/A",
        "#NA", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "#DIV/0!", "#VALUE!",
        "#REF!", "#NAME?", "#NUM!", "#NULL!", "#NV", "#WERT!", "#BEZUG!", "#ZAHL!", "#VALEUR!",
        "#NOMBRE!", "nil", "NIL", "Null", "Nan", "NAN", "\\N", "NaT", "(null)", "<null>", "<NULL>",
        "[NULL]",
        "#N/D", "#NUM", "#ERROR!", "#ERR",
    ]

    /// As offices of statistics and people have them.
    private static let numbersOnly = [
        ".", "..", "...", "-", "--", "---", "–", "—", "…", "*", "**", "/", ":", "na",
        "Na", "n.a.", "N.A.", "n.a", "nd", "n.d.", "N.D.", "ND", "none", "NONE", "unknown",
        "Unknown", "UNKNOWN", "missing", "Missing", "MISSING", "unbekannt", "k.A.", "k. A.", "k.a.",
        "inconnu", "s/o", "미상", "없음", "모름", "결측", "무응답", "해당없음", "不明", "未知", "なし",
        "keine Angabe", "keine Angaben", "ohne Angabe", "(blank)", "(leer)", "(vide)", "n/d", "N/D",
        "n.v.", "sin datos", "s/d", "자료없음", "비공개", "データなし", "not available", "Not available",
        "Not Available", "no data", "No data",
        "no answer", "refused",
    ]

    /// The words by position, as counts of them are kept.
    let words: [String]
    /// Whether the user told them: then they count in quotes too, and may be numbers.
    let areGiven: Bool
    private let usualCount: Int
    /// Words by their bytes: an open hash table of positions, -1 where free.
    private var slots = [Int16](repeating: -1, count: 512)
    private let bytes: [[UInt8]]
    private let longest: Int

    init(_ given: [String]?) {
        areGiven = given != nil
        var distinct: [String] = []
        for word in given?.prefix(200) ?? ArraySlice(Self.usual + Self.numbersOnly) {
            if !word.isEmpty, !distinct.contains(word) { distinct.append(word) }
        }
        words = distinct
        usualCount = given == nil ? Self.usual.count : distinct.count
        bytes = distinct.map { Array($0.utf8) }
        longest = bytes.map(\.count).max() ?? 0
        for (index, word) in bytes.enumerated() {
            var slot = word.withUnsafeBufferPointer { Self.hash($0) }
            while slots[slot] >= 0 { slot = (slot + 1) & 511 }
            slots[slot] = Int16(index)
        }
    }

    func reach(of word: Int) -> Reach { word < usualCount ? .everywhere : .amongNumbers }

    /// The position of the word that the cell is, or nil.
    func find(_ cell: UnsafeBufferPointer<UInt8>) -> Int? {
        guard cell.count <= longest, !cell.isEmpty else { return nil }
        var slot = Self.hash(cell)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if bytes[index].count == cell.count, bytes[index].elementsEqual(cell) { return index }
            slot = (slot + 1) & 511
        }
        return nil
    }

    private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> Int {
        var hash = UInt64(truncatingIfNeeded: word.count)
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 20) & 511
    }
}
