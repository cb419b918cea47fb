/// Guesses at the encoding of bytes without a mark.
extension TextEncoding {
    /// UTF-16 or UTF-32 without a mark, by where the zero bytes of digits, line ends and separators
    /// lie; nil for text in bytes.
    static func wide(_ sample: some Collection<UInt8>) -> TextEncoding? {
        let bytes = Array(sample.prefix(4_096))
        guard bytes.count >= 4, bytes.contains(0) else { return nil }
        var zeros = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() where byte == 0 { zeros[index & 3] += 1 }
        let quarter = bytes.count / 4
        let many = max(1, quarter / 10)
        if zeros[2] * 10 > quarter * 9, zeros[3] * 10 > quarter * 9, zeros[0] < many {
            return .utf32LittleEndian
        }
        if zeros[0] * 10 > quarter * 9, zeros[1] * 10 > quarter * 9, zeros[3] < many {
            return .utf32BigEndian
        }
        let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3])
        // One zero byte is a stray one; line ends, separators and digits alone are many.
        let most = max(2, bytes.count / 2 * 15 / 100)
        if odd >= most, even * 20 < odd { return .utf16LittleEndian }
        if even >= most, odd * 20 < even { return .utf16BigEndian }
        return nil
    }

    /// The encoding of text that is not UTF-8: the first whose typical characters most of the bytes
    /// above 127 are, else a Western one.
    static func narrow(_ sample: [UInt8]) -> TextEncoding {
        let pairs = Pairs(sample)
        // Hangul lies in b0a1...c8fe, the common Chinese characters in b0a1...d7fe.
        if pairs.share({ 0xb0...0xc8 ~= $0 && $1 >= 0xa1 }) > 0.85, decodes(sample, .korean) {
            return .korean
        }
        // Kana: 829f...8396 in Shift-JIS, a4a1...a5f6 in EUC.
        let isKana: (UInt8, UInt8) -> Bool = { 0x82...0x83 ~= $0 && $1 >= 0x40 }
        let hasLowTrails = pairs.share { 0x81...0x9f ~= $0 && $1 >= 0x40 }
        if pairs.share(isKana) > 0.15 || hasLowTrails > 0.6, pairs.areMany,
            decodes(sample, .japanese)
        {
            return .japanese
        }
        if pairs.share({ 0xa4...0xa5 ~= $0 && $1 >= 0xa1 }) > 0.15, decodes(sample, .japaneseUnix) {
            return .japaneseUnix
        }
        if pairs.share({ 0xb0...0xd7 ~= $0 && $1 >= 0xa1 }) > 0.8, decodes(sample, .chinese) {
            return .chinese
        }
        let isTaiwanese: (UInt8, UInt8) -> Bool = {
            0xa4...0xc6 ~= $0 && (0x40...0x7e ~= $1 || $1 >= 0xa1)
        }
        if pairs.share(isTaiwanese) > 0.8, pairs.areMany, decodes(sample, .taiwanese) {
            return .taiwanese
        }
        return western(sample)
    }

    /// Letters above 127 stand alone in Western text and in runs in Cyrillic; in the code pages of
    /// DOS and of old Macs they lie where Windows has quotes and dashes.
    private static func western(_ sample: [UInt8]) -> TextEncoding {
        let high = sample.count { $0 >= 0x80 }
        var inRuns = 0
        var run = 0
        for byte in sample + [0] {
            if byte >= 0xc0 { run += 1; continue }
            if run >= 3 { inRuns += run }
            run = 0
        }
        if inRuns * 2 > high { return .windows1251 }
        let low = sample.filter { 0x80...0x9f ~= $0 }
        if low.count * 2 > high {
            let dos: Set<UInt8> = [0x81, 0x82, 0x84, 0x85, 0x87, 0x8a, 0x8e, 0x94, 0x99, 0x9a]
            let mac: Set<UInt8> = [0x80, 0x85, 0x86, 0x8a, 0x8d, 0x8e, 0x8f, 0x90, 0x9a, 0x9f]
            let (dosCount, macCount) = (
                low.count(where: dos.contains), low.count(where: mac.contains)
            )
            // Quotes and dashes of Windows are beside blanks; letters are between letters.
            if isInsideWords(sample) { return dosCount >= macCount ? .codePage850 : .macRoman }
        }
        return decodes(sample, .windows1252) ? .windows1252 : .latin1
    }

    private static func isInsideWords(_ sample: [UInt8]) -> Bool {
        var inside = 0
        var all = 0
        for index in sample.indices where 0x80...0x9f ~= sample[index] {
            all += 1
            let isFollowed = index + 1 < sample.count && isLetter(sample[index + 1])
            if isFollowed || (index > 0 && isLetter(sample[index - 1])) { inside += 1 }
        }
        return inside * 5 > all * 4
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7a ~= byte | 0x20 }

    private static func decodes(_ sample: [UInt8], _ encoding: TextEncoding) -> Bool {
        guard var converter = try? TextConverter(encoding) else { return false }
        var output: [UInt8] = []
        return converter.append(sample, to: &output, isLast: false)
    }

    /// Bytes above 127 with what follows each, as the double bytes of East Asian encodings.
    private struct Pairs {
        var pairs: [(UInt8, UInt8)] = []

        init(_ bytes: [UInt8]) {
            var index = 0
            while index < bytes.count {
                guard bytes[index] >= 0x80 else { index += 1; continue }
                pairs.append((bytes[index], index + 1 < bytes.count ? bytes[index + 1] : 0))
                index += 2
            }
        }

        /// Enough to judge trails that are letters, as in Western text.
        var areMany: Bool { pairs.count >= 4 }

        func share(_ isTypical: (UInt8, UInt8) -> Bool) -> Double {
            pairs.isEmpty ? 0 : Double(pairs.count(where: isTypical)) / Double(pairs.count)
        }
    }
}
