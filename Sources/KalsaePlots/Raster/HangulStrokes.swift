/// Syllables of Hangul as lines, put together from the strokes of their letters.
enum HangulStrokes {
    /// The glyph of a syllable; `nil` for other characters.
    static func glyph(_ scalar: Unicode.Scalar) -> StrokeFont.Glyph? {
        guard (0xac00...0xd7a3).contains(scalar.value) else { return nil }
        let index = Int(scalar.value) - 0xac00
        let (initial, vowel, final) = (index / 588, index % 588 / 28, index % 28)
        let (level, upright) = vowels[vowel]
        let hasFinal = final > 0
        // Left, top, right and bottom of each letter.
        var lines: [[Drawing.Point]] = []
        switch (level, upright) {
        case ("", _):
            lines += letters(initials[initial], 0, 0, 9, hasFinal ? 7 : 13)
            lines += strokes(upright, 11, -1, 18, hasFinal ? 8 : 16)
        case (_, ""):
            lines += letters(initials[initial], 3, -1, 15, hasFinal ? 4 : 6.5)
            lines += strokes(level, 0, hasFinal ? 4.5 : 7, 18, hasFinal ? 9.5 : 15)
        default:
            lines += letters(initials[initial], 0.5, -1, 9.5, hasFinal ? 4 : 6.5)
            lines += strokes(level, 0, hasFinal ? 4.5 : 7, 12, hasFinal ? 9.5 : 14)
            lines += strokes(upright, 12, -1, 18, hasFinal ? 9.5 : 16)
        }
        if hasFinal { lines += letters(finals[final], 3, 10.5, 16, 16) }
        return StrokeFont.Glyph(lines: lines, width: 18)
    }

    private static let initials = Array("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ").map { String($0) }
    private static let finals = [
        "", "ㄱ", "ㄲ", "ㄱㅅ", "ㄴ", "ㄴㅈ", "ㄴㅎ", "ㄷ", "ㄹ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ",
        "ㄹㅍ", "ㄹㅎ", "ㅁ", "ㅂ", "ㅂㅅ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ", "ㅎ",
    ]

    private static let pairs: [Character: String] = [
        "ㄲ": "ㄱㄱ", "ㄸ": "ㄷㄷ", "ㅃ": "ㅂㅂ", "ㅆ": "ㅅㅅ", "ㅉ": "ㅈㅈ",
    ]

    // On a grid of 10 x 10.
    private static let consonants: [Character: String] = [
        "ㄱ": "00a0aa", "ㄴ": "000aaa", "ㄷ": "a0000aaa", "ㄹ": "00a0a5050aaa", "ㅁ": "00a0aa0a00",
        "ㅂ": "000aaaa0 05a5", "ㅅ": "500a 54aa", "ㅇ": "@50a55a05", "ㅈ": "00a0 500a 54aa",
        "ㅊ": "3070 03a3 530a 57aa", "ㅋ": "00a0aa 05a5", "ㅌ": "a0000aaa 05a5",
        "ㅍ": "00a0 0aaa 303a 707a", "ㅎ": "3070 03a3 @54875a27",
    ]

    /// The level and the upright part of each vowel.
    private static let vowels: [(String, String)] = {
        let (o, u, eu, i) = ("09a9 5159", "02a2 525a", "05a5", "606a")
        let (a, ae, eo, e) = ("404a 45a5", "202a 808a 2585", "808a 1585", "505a 909a 0555")
        return [
            ("", a), ("", ae), ("", "404a 43a3 47a7"), ("", "202a 808a 2383 2787"), ("", eo),
            ("", e),
            ("", "808a 1383 1787"), ("", "505a 909a 0353 0757"), (o, ""), (o, a), (o, ae), (o, i),
            ("09a9 3139 7179", ""), (u, ""), (u, eo), (u, e), (u, i), ("02a2 323a 727a", ""),
            (eu, ""), (eu, i), ("", i),
        ]
    }()

    /// One or two consonants side by side.
    private static func letters(
        _ text: String, _ left: Double, _ top: Double, _ right: Double, _ bottom: Double
    ) -> [[Drawing.Point]] {
        let letters = Array(text.first.flatMap { pairs[$0] } ?? text)
        let slot = (right - left) / Double(letters.count)
        return letters.enumerated().flatMap { index, letter in
            let start = left + slot * Double(index)
            let gap = letters.count > 1 ? slot * 0.12 : 0
            return strokes(consonants[letter] ?? "", start + gap, top, start + slot - gap, bottom)
        }
    }

    private static func strokes(
        _ text: String, _ left: Double, _ top: Double, _ right: Double, _ bottom: Double
    ) -> [[Drawing.Point]] {
        StrokeFont.parse(text).map { line in
            line.map {
                Drawing.Point(
                    left + $0.x / 10 * (right - left), top + $0.y / 10 * (bottom - top))
            }
        }
    }
}
