/// The texts of a column without a `String` for each cell.
extension CSV {
    /// The different texts of a column in order of appearance, blanks at their ends dropped, and for
    /// each row the index of its own, -1 where the cell is missing. Texts that differ in how letters
    /// with accents are written alone (Unicode's canonical equivalence) are one.
    public func codes(of column: Int) -> (codes: [Int32], names: [String]) {
        let all = codesWithAlike(of: column)
        return (all.codes, all.names)
    }

    /// The same, with the names of texts that are written in more than one way which look alike.
    package func codesWithAlike(
        of column: Int
    ) -> (codes: [Int32], names: [String], alike: [String]) {
        let words = cells.words
        let areQuotedWordsText = columns[column].kind == .text && !words.areGiven
        let areAllWordsMissing = columns[column].kind != .text || words.areGiven
        @Sendable func codes(
            _ records: CSVRecords, from first: Int, _ column: Int
        ) -> (codes: [Int32], names: [String], alike: [String]) {
            records.withCells { view in
                var texts = TextCodes()
                var codes = [Int32](repeating: -1, count: records.count - first)
                for row in codes.indices {
                    let (cell, isQuoted) = view.cell(row: row + first, column: column)
                    let text = Blank.trimmed(cell)
                    guard !text.isEmpty else { continue }
                    codes[row] = texts.code(of: text) { text in
                        guard let word = words.find(text) else { return false }
                        return areAllWordsMissing || words.reach(of: word) == .everywhere
                    } unless: {
                        isQuoted && areQuotedWordsText
                    }
                }
                return (codes, texts.names, texts.alike)
            }
        }
        guard let pages else { return codes(records, from: firstRow, column) }
        if let position = pages.positions[column] { return codes(records, from: 0, position) }
        return pages.codes { codes($0, from: 0, column) }
    }
}

/// Numbers for different texts: an open hash table over bytes that stay where they are.
private struct TextCodes {
    private struct Entry {
        var text: UnsafeBufferPointer<UInt8>
        var hash: UInt64
        /// -1 while the text came as a missing cell only.
        var code: Int32
        var isMissing: Bool
    }

    private var slots = [Int32](repeating: -1, count: 64)
    private var entries: [Entry] = []
    private(set) var names: [String] = []
    /// Names that came in more than one way.
    private(set) var alike: [String] = []
    /// Numbers of texts beyond ASCII, which may be written in several ways that are the same.
    private var wide: [String: Int32] = [:]

    /// The number of a text, -1 for a word that `isMissing` says is none, `unless` it counts here.
    mutating func code(
        of text: UnsafeBufferPointer<UInt8>, isMissing: (UnsafeBufferPointer<UInt8>) -> Bool,
        unless counts: () -> Bool
    ) -> Int32 {
        let hash = Self.hash(text)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, entry.text.elementsEqual(text) { break }
            slot = (slot + 1) & (slots.count - 1)
        }
        if slots[slot] < 0 {
            slots[slot] = Int32(entries.count)
            entries.append(Entry(text: text, hash: hash, code: -1, isMissing: isMissing(text)))
            if entries.count * 2 > slots.count { grow() }
            return number(entries.count - 1, counts)
        }
        return number(Int(slots[slot]), counts)
    }

    private mutating func number(_ index: Int, _ counts: () -> Bool) -> Int32 {
        if entries[index].isMissing, !counts() { return -1 }
        if entries[index].code < 0 {
            let text = entries[index].text
            let name = String(decoding: text, as: UTF8.self)
            let isWide = text.contains { $0 >= 0x80 }
            entries[index].code = isWide ? wide[name] ?? Int32(names.count) : Int32(names.count)
            if entries[index].code < names.count { alike.append(name) }
            if entries[index].code == names.count {
                names.append(name)
                if isWide { wide[name] = entries[index].code }
            }
        }
        return entries[index].code
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// Eight bytes at a time.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(text)
        var hash = UInt64(truncatingIfNeeded: text.count) &* 0x9e37_79b9_7f4a_7c15
        var position = 0
        func mix(_ word: UInt64) {
            hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
        }
        while position + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest: UInt64 = 0
        while position < bytes.count {
            rest = rest << 8 | UInt64(bytes[position])
            position += 1
        }
        mix(rest)
        return hash
    }
}
