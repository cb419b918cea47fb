/// Dates and times in text.
enum DateText {
    /// The moment that the whole text names, written in that order; nil for anything else.
    static func parse(_ text: String, _ order: DateOrder) -> DateStamp? {
        if order == .unixSeconds {
            return Double(text).flatMap {
                // Milliseconds lie beyond the year 5000 when read as seconds.
                DateStamp(unixSeconds: abs($0) > 1e11 ? $0 / 1_000 : $0)
            }
        }
        var scanner = DateScanner(text)
        var stamp: DateStamp?
        switch order {
        case .yearFirst: stamp = scanner.yearFirst()
        case .dayFirst: stamp = scanner.numbers(isDayFirst: true)
        case .monthFirst: stamp = scanner.numbers(isDayFirst: false)
        case .named: stamp = scanner.named()
        case .timeOfDay: stamp = DateStamp(year: 1970, month: 1, day: 1)
        case .unixSeconds: break
        }
        guard var stamp else { return nil }
        if scanner.isAtEnd { return order == .timeOfDay ? nil : stamp }
        return scanner.time(into: &stamp) && scanner.isAtEnd ? stamp : nil
    }

    /// Months by the beginnings of their names in English, German, French and Spanish.
    static func month(_ word: String) -> Int? {
        if let month = months[word] { return month }
        return word.utf8.count > 3
            ? months[String(word.prefix(4))] ?? months[String(word.prefix(3))] : nil
    }

    private static let months: [String: Int] = [
        "jan": 1, "jän": 1, "ene": 1, "feb": 2, "fév": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4,
        "avr": 4, "abr": 4, "may": 5, "mai": 5, "jun": 6, "juin": 6, "jul": 7, "juil": 7, "aug": 8,
        "aoû": 8, "ago": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
        "déc": 12, "dic": 12,
    ]

    /// Words beside a date that say nothing more: weekdays' first letters, ordinals, articles.
    static func isFiller(_ word: String) -> Bool {
        fillers.contains(word) || weekdays.contains(String(word.prefix(3)))
    }

    private static let fillers: Set<String> = [
        "st", "nd", "rd", "th", "er", "of", "de", "del", "le", "den", "am", "um", "at", "mo", "di",
        "mi", "do", "fr", "sa", "so",
    ]
    private static let weekdays: Set<String> = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "sam", "son",
        "lun", "mar", "mer", "jeu", "ven", "dim", "mié", "jue", "vie", "sáb", "dom",
    ]
}

/// Walks over the bytes of one date.
struct DateScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Whether nothing is left but blanks.
    var isAtEnd: Bool { bytes[position...].allSatisfy { $0 == 0x20 } }

    private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    private mutating func skip(_ marks: StaticString) -> UInt8? {
        guard position < bytes.count else { return nil }
        let isOne = marks.withUTF8Buffer { $0.contains(bytes[position]) }
        guard isOne else { return nil }
        position += 1
        return bytes[position - 1]
    }

    private mutating func skipBlanks() { while next == 0x20 { position += 1 } }

    private mutating func number() -> (value: Int, digits: Int)? {
        let start = position
        var value = 0
        while (0x30...0x39).contains(next), position - start < 9 {
            value = value * 10 + Int(next - 0x30)
            position += 1
        }
        return position > start ? (value, position - start) : nil
    }

    /// A number of at most two digits.
    private mutating func short() -> Int? {
        number().flatMap { $0.digits <= 2 ? $0.value : nil }
    }

    private mutating func word() -> String {
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
        guard let year = number() else { return nil }
        if year.digits == 8 {
            let (value, rest) = year.value.quotientAndRemainder(dividingBy: 10_000)
            return (1_800...2_200).contains(value)
                ? DateStamp(year: value, month: rest / 100, day: rest % 100) : nil
        }
        guard year.digits == 4, mark(["년", "年"]) else { return nil }
        skipBlanks()
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

    /// A time of day with what may stand beside it: a `T`, morning or afternoon, a zone.
    mutating func time(into stamp: inout DateStamp) -> Bool {
        skipBlanks()
        _ = skip(",")
        skipBlanks()
        var half = word()
        if half == "t" || half == "um" || half == "at" { half = "" }
        skipBlanks()
        guard var hour = short(), skip(":") != nil, let minute = short() else { return false }
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
