/// A number as people write it: with marks of thousands, a decimal comma, percent, a currency.
struct WrittenNumber {
    /// What a cell tells about the column's decimal mark.
    enum Evidence { case none, point, comma, eitherPoint, eitherComma }

    /// The number, its marks undone; `5%` is 5.
    var value: Double
    /// Which decimal mark this spelling has; `either` when the mark may part thousands as well.
    var evidence: Evidence
    /// The mark between thousands, 0 for none; every blank counts as a blank, 0x20.
    var thousands: UInt8
    /// An index into `NumberUnit.names`, 0 for none.
    var unit: UInt8

    /// Longer cells are text.
    private static let longest = 48

    /// The number in a cell; `preferred` decides what `1,234` and `1.234` are.
    static func parse(
        _ cell: UnsafeBufferPointer<UInt8>, preferring preferred: DecimalMark
    ) -> WrittenNumber? {
        guard cell.count <= longest else { return nil }
        guard let folded = WrittenDigits.folded(cell) else {
            return ascii(cell, preferring: preferred)
        }
        return folded.withUnsafeBufferPointer { ascii($0, preferring: preferred) }
    }

    private static func ascii(
        _ cell: UnsafeBufferPointer<UInt8>, preferring preferred: DecimalMark
    ) -> WrittenNumber? {
        guard cell.contains(where: { $0 &- 0x30 < 10 }) else { return nil }
        var text = Slice(base: cell, bounds: 0..<cell.count)
        var unit: UInt8 = 0
        var isNegative = false
        var hasSign = false
        func trim() {
            while let count = Blank.prefix(text) { text.removeFirst(count) }
            while let count = Blank.suffix(text) { text.removeLast(count) }
        }
        func strip(_ byte: UInt8, negative: Bool) {
            guard !hasSign, text.first == byte else { return }
            text.removeFirst()
            hasSign = true
            isNegative = negative
        }
        trim()
        if text.first == 0x28, text.last == 0x29 {
            text = text.dropFirst().dropLast()
            hasSign = true
            isNegative = true
        }
        // A sign before the currency, the currency, a sign behind it.
        for _ in 0..<2 {
            trim()
            strip(0x2d, negative: true)
            strip(0x2b, negative: false)
            if !hasSign, text.starts(with: [0xe2, 0x88, 0x92]) {
                text.removeFirst(3)
                hasSign = true
                isNegative = true
            }
            trim()
            if unit == 0, let found = NumberUnit.prefix(text) {
                unit = found.unit
                text.removeFirst(found.count)
            }
        }
        if unit == 0, let found = NumberUnit.suffix(text) {
            unit = found.unit
            text.removeLast(found.count)
            trim()
        }
        var exponent = 0
        if unit == 0 || !NumberUnit.isMeasure(unit),
            let found = NumberMagnitude.suffix(text, hasUnit: unit > 2)
        {
            exponent = found.exponent
            text.removeLast(found.count)
            if unit == 0 { unit = NumberUnit.magnitude }
        }
        trim()
        if !hasSign, text.last == 0x2d {
            text.removeLast()
            isNegative = true
        }
        guard let first = text.first, first &- 0x30 < 10 || first == 0x2e || first == 0x2c,
            var number = plain(text, preferring: preferred, exponent: exponent)
        else { return nil }
        if unit >= NumberUnit.magnitude, first == 0x30, text.count > 1,
            text[text.startIndex + 1] &- 0x30 < 10
        {
            return nil
        }
        if isNegative { number.value = -number.value }
        number.unit = unit
        return number
    }

    /// Digits with marks, and an exponent.
    private static func plain(
        _ text: Slice<UnsafeBufferPointer<UInt8>>, preferring preferred: DecimalMark,
        exponent: Int
    ) -> WrittenNumber? {
        let marks = Marks(text)
        guard marks.isGood else { return nil }
        var decimal: UInt8 = 0
        var thousands = marks.blank
        var evidence = Evidence.none
        switch (marks.points, marks.commas) {
        case (0, 0): break
        case (let points, let commas) where points > 0 && commas > 0:
            guard thousands == 0 else { return nil }
            let isComma = marks.lastComma > marks.lastPoint
            guard (isComma ? commas : points) == 1 else { return nil }
            (decimal, thousands) = isComma ? (0x2c, 0x2e) : (0x2e, 0x2c)
            evidence = isComma ? .comma : .point
        case (let points, let commas):
            let mark: UInt8 = points > 0 ? 0x2e : 0x2c
            let own: Evidence = points > 0 ? .point : .comma
            if max(points, commas) > 1 {
                guard thousands == 0 else { return nil }
                thousands = mark
                evidence = points > 0 ? .comma : .point
            } else if thousands != 0 || !marks.couldBeThousands {
                decimal = mark
                evidence = own
            } else {
                evidence = points > 0 ? .eitherPoint : .eitherComma
                if mark == preferred.byte { decimal = mark } else { thousands = mark }
            }
        }
        // Neither telephone numbers nor addresses of the internet.
        if thousands != 0, text.first == 0x30 || marks.isAddress(text) { return nil }
        if exponent > 0, marks.hasExponent { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest + 4) { digits in
            var count = 0
            var group = 0
            var groups = 0
            var isWhole = true
            func closeGroup(isLast: Bool) -> Bool {
                defer { group = 0; groups += 1 }
                if thousands == 0 { return true }
                if groups == 0 { return (1...3).contains(group) && !(isLast) }
                // India writes 1,23,456.
                return group == 3 || (group == 2 && thousands == 0x2c && !isLast)
            }
            var index = text.startIndex
            while index < text.endIndex {
                let byte = text[index]
                if byte &- 0x30 < 10 {
                    if isWhole { group += 1 }
                    digits[count] = byte
                    count += 1
                    index += 1
                } else if isWhole, byte == decimal {
                    guard closeGroup(isLast: true) else { return nil }
                    isWhole = false
                    digits[count] = 0x2e
                    count += 1
                    index += 1
                } else if byte | 0x20 == 0x65 {
                    if isWhole, !closeGroup(isLast: true) { return nil }
                    isWhole = false
                    for rest in text[index...] {
                        digits[count] = rest
                        count += 1
                    }
                    index = text.endIndex
                } else {
                    guard isWhole, closeGroup(isLast: false) else { return nil }
                    index += byte < 0x80 ? 1 : byte < 0xe0 ? 2 : 3
                }
            }
            if isWhole, !closeGroup(isLast: true) { return nil }
            if exponent > 0 {
                for byte in "e\(exponent)".utf8 {
                    digits[count] = byte
                    count += 1
                }
            }
            let number = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[..<count])
            guard let value = NumberText.parse(number) else { return nil }
            return WrittenNumber(value: value, evidence: evidence, thousands: thousands, unit: 0)
        }
    }
}

/// The marks between the digits of a number.
private struct Marks {
    var points = 0
    var commas = 0
    var lastPoint = -1
    var lastComma = -1
    /// A mark that can only part thousands: 0x20 for any blank, 0x27 for any apostrophe.
    var blank: UInt8 = 0
    var isGood = true
    var hasExponent = false
    /// Whether the only point or comma has one to three digits before it, not beginning with 0, and
    /// exactly three behind it.
    var couldBeThousands = false

    init(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        var index = text.startIndex
        var before = 0
        var after = 0
        while index < text.endIndex {
            let byte = text[index]
            var length = 1
            switch byte {
            case 0x30...0x39:
                if points + commas == 0 { before += 1 } else { after += 1 }
            case 0x2e:
                points += 1
                lastPoint = index
            case 0x2c:
                commas += 1
                lastComma = index
            case 0x45, 0x65:
                hasExponent = true
                isGood = before + after > 0
                length = text.endIndex - index
            default:
                guard let (mark, count) = Self.blank(text[index...]), blank == 0 || blank == mark
                else {
                    isGood = false
                    return
                }
                blank = mark
                length = count
            }
            index += length
        }
        couldBeThousands =
            !hasExponent && (1...3).contains(before) && after == 3 && text.first != 0x30
    }

    /// Whether these are four bytes between points, as in `192.168.100.101`.
    func isAddress(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard points == 3, commas == 0 else { return false }
        return text.split(separator: 0x2e).allSatisfy { group in
            group.reduce(0) { $0 * 10 + Int($1 &- 0x30) } < 256
        }
    }

    private static func blank(
        _ text: Slice<UnsafeBufferPointer<UInt8>>
    ) -> (mark: UInt8, count: Int)? {
        if let count = Blank.prefix(text) { return (0x20, count) }
        if text.first == 0x27 { return (0x27, 1) }
        return text.starts(with: [0xe2, 0x80, 0x99]) ? (0x27, 3) : nil
    }
}
