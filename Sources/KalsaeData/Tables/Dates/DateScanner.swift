/// Walks over the bytes of one date.
struct DateScanner {
    private let bytes: [UInt8]
    var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Whether nothing is left but blanks.
    var isAtEnd: Bool { bytes[position...].allSatisfy { $0 == 0x20 } }

    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skip(_ marks: StaticString) -> UInt8? {
        guard position < bytes.count else { return nil }
        let isOne = marks.withUTF8Buffer { $0.contains(bytes[position]) }
        guard isOne else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func skipBlanks() { while next == 0x20 { position += 1 } }

    mutating func number() -> (value: Int, digits: Int)? {
        let start = position
        var value = 0
        while (0x30...0x39).contains(next), position - start < 9 {
            value = value * 10 + Int(next - 0x30)
            position += 1
        }
        return position > start ? (value, position - start) : nil
    }

    /// A number of at most two digits.
    mutating func short() -> Int? {
        number().flatMap { $0.digits <= 2 ? $0.value : nil }
    }

    mutating func word() -> String {
        let start = position
        while next >= 0x80 || (0x61...0x7a).contains(next | 0x20) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
    }

    /// The mark behind a year, month or day: one of those in a date, or the Korean or Chinese word.
    private mutating func mark(_ words: [String]) -> Bool {
        if skip("-/.") != nil { return true }
        let before = position
        if words.contains(word()) { return true }
        position = before
        return false
    }

    mutating func yearFirst() -> DateStamp? {
        let era = era()
        guard var year = number() else { return nil }
        if era > 0 {
            guard year.digits <= 3 else { return nil }
            year = (year.value + era, 4)
        }
        if year.digits == 8 {
            let (value, rest) = year.value.quotientAndRemainder(dividingBy: 10_000)
            return (1_800...2_200).contains(value)
                ? DateStamp(year: value, month: rest / 100, day: rest % 100) : nil
        }
        guard year.digits == 4 else { return nil }
        if let stamp = quarter(of: year.value) { return stamp }
        guard mark(["년", "年"]) else { return nil }
        skipBlanks()
        if let stamp = quarter(of: year.value) ?? week(of: year.value) { return stamp }
        guard let month = short() else { return nil }
        let hasMark = mark(["월", "月"])
        skipBlanks()
        guard hasMark, let day = short() else {
            return isAtEnd ? DateStamp(year: year.value, month: month, day: 1) : nil
        }
        _ = mark(["일", "日"])
        return DateStamp(year: year.value, month: month, day: day)
    }

    mutating func numbers(isDayFirst: Bool) -> DateStamp? {
        guard let first = short(), let mark = skip("./-") else { return nil }
        skipBlanks()
        guard let second = short(), skip("./-") == mark else { return nil }
        skipBlanks()
        guard let year = number(), let year = Self.year(year) else { return nil }
        return DateStamp(
            year: year, month: isDayFirst ? second : first, day: isDayFirst ? first : second)
    }

    /// Four digits as they are, two as 1970 to 2069.
    private static func year(_ number: (value: Int, digits: Int)) -> Int? {
        switch number.digits {
        case 4: number.value
        case 2: number.value + (number.value < 70 ? 2_000 : 1_900)
        default: nil
        }
    }

    mutating func named() -> DateStamp? {
        var numbers: [(value: Int, digits: Int)] = []
        var month: Int?
        while position < bytes.count, numbers.count < 2 || month == nil {
            while skip(" ,.-/") != nil {}
            let before = position
            if let number = number() {
                if next == 0x3a {
                    position = before
                    break
                }
                numbers.append(number)
                guard numbers.count <= 2 else { return nil }
            } else {
                let word = word()
                if month == nil, let found = DateText.month(word) {
                    month = found
                } else if word.isEmpty || !DateText.isFiller(word) {
                    return nil
                }
            }
        }
        guard let month else { return nil }
        if numbers.count == 1, numbers[0].digits == 4 {
            return DateStamp(year: numbers[0].value, month: month, day: 1)
        }
        guard numbers.count == 2 else { return nil }
        let isYearFirst = numbers[0].digits == 4
        guard let year = Self.year(numbers[isYearFirst ? 0 : 1]) else { return nil }
        return DateStamp(year: year, month: month, day: numbers[isYearFirst ? 1 : 0].value)
    }

    /// Hours that zones are ahead of UTC.
    private static let zones: [String: Double] = [
        "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "bst": 1, "wet": 0, "west": 1, "eet": 2,
        "eest": 3, "msk": 3, "kst": 9, "jst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5,
        "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11,
    ]

    /// A time of day with what may stand beside it: a `T`, morning or afternoon, a zone.
    mutating func time(into stamp: inout DateStamp) -> Bool {
        skipBlanks()
        _ = skip(",")
        skipBlanks()
        var half = word()
        if half == "t" || half == "um" || half == "at" { half = "" }
        skipBlanks()
        guard var hour = short(), skip(":") != nil, let minutes = number(), minutes.digits == 2
        else { return false }
        let minute = minutes.value
        var seconds = 0.0
        if skip(":") != nil {
            guard let whole = short() else { return false }
            seconds = Double(whole)
            if skip(".,") != nil {
                guard let rest = number() else { return false }
                var unit = 1.0
                for _ in 0..<rest.digits { unit /= 10 }
                seconds += Double(rest.value) * unit
            }
        }
        skipBlanks()
        if half.isEmpty { half = word() }
        skipBlanks()
        switch half {
        case "", "z", "utc", "gmt", "uhr", "h": break
        case let zone where Self.zones[zone] != nil:
            stamp.offset = (Self.zones[zone] ?? 0) * 3_600
        case "am", "오전": if hour == 12 { hour = 0 }
        case "pm", "오후": if hour < 12 { hour += 12 }
        default: return false
        }
        if let sign = skip("+-") {
            guard let zone = number() else { return false }
            var minutes =
                zone.digits > 2 ? zone.value / 100 * 60 + zone.value % 100 : zone.value * 60
            if skip(":") != nil { minutes += short() ?? 0 }
            stamp.offset = Double(minutes) * (sign == 0x2b ? 60 : -60)
        }
        guard hour < 24 || (hour == 24 && minute == 0), minute < 60, seconds < 61 else {
            return false
        }
        stamp.seconds = Double(hour * 3_600 + minute * 60) + seconds
        return true
    }
}
