/// Dates and times in text.
enum DateText {
    /// The moment that the whole text names, written in that order; nil for anything else.
    static func parse(_ text: String, _ order: DateOrder) -> DateStamp? {
        switch order {
        case .unixSeconds:
            return Double(text).flatMap {
                // Milliseconds lie beyond the year 5000 when read as seconds.
                DateStamp(unixSeconds: abs($0) > 1e11 ? $0 / 1_000 : $0)
            }
        case .serialDays:
            return Double(text).flatMap { DateStamp(unixSeconds: ($0 - 25_569) * 86_400) }
        case .mixedDayFirst, .mixedMonthFirst:
            let last = order == .mixedDayFirst ? DateOrder.dayFirst : .monthFirst
            return parse(text, .yearFirst) ?? parse(text, .named) ?? parse(text, last)
        case .duration:
            var scanner = DateScanner(text)
            return scanner.duration().flatMap { DateStamp(unixSeconds: $0) }
        default: break
        }
        var scanner = DateScanner(text)
        var stamp: DateStamp?
        switch order {
        case .yearFirst: stamp = scanner.yearFirst()
        case .dayFirst: stamp = scanner.numbers(isDayFirst: true)
        case .monthFirst: stamp = scanner.numbers(isDayFirst: false)
        case .named: stamp = scanner.named()
        case .timeOfDay: stamp = DateStamp(year: 1970, month: 1, day: 1)
        default: break
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
