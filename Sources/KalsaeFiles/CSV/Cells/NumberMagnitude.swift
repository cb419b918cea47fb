/// Words behind a number that multiply it by a power of ten: `1.5k`, `€2.3M`, `3억`.
enum NumberMagnitude {
    private static let words: [(bytes: [UInt8], exponent: Int, needsUnit: Bool)] = [
        ("k", 3, false), ("K", 3, false), ("M", 6, false), ("m", 6, true), ("B", 9, true),
        ("b", 9, true), ("bn", 9, false), ("Tsd.", 3, false), ("Tsd", 3, false),
        ("mio", 6, false), ("Mio", 6, false), ("Mio.", 6, false), ("million", 6, false),
        ("Mrd", 9, false), ("Mrd.", 9, false), ("billion", 9, false), ("천", 3, false),
        ("만", 4, false), ("万", 4, false), ("萬", 4, false), ("백만", 6, false), ("억", 8, false),
        ("億", 8, false), ("亿", 8, false), ("조", 12, false), ("兆", 12, false),
    ].map { (Array($0.0.utf8), $0.1, $0.2) }
        .sorted { $0.0.count > $1.0.count }

    /// The power of ten of the word that the text ends with, and its bytes; letters that mean
    /// something else alone count beside a currency only.
    static func suffix(
        _ text: Slice<UnsafeBufferPointer<UInt8>>, hasUnit: Bool
    ) -> (exponent: Int, count: Int)? {
        guard let last = text.last, last &- 0x30 >= 10 else { return nil }
        for word in words where hasUnit || !word.needsUnit {
            if text.count > word.bytes.count, text.last == word.bytes.last,
                text.suffix(word.bytes.count).elementsEqual(word.bytes)
            {
                return (word.exponent, word.bytes.count)
            }
        }
        return nil
    }
}
