/// Lengths of time, eras, quarters and weeks.
extension DateScanner {
    /// Hours, minutes and seconds, or minutes and seconds where there are two numbers.
    mutating func duration() -> Double? {
        skipBlanks()
        let isNegative = skip("-") != nil
        guard let first = number(), skip(":") != nil, let second = number(), second.digits == 2,
            second.value < 60
        else { return nil }
        var seconds = Double(first.value * 60 + second.value)
        if skip(":") != nil {
            guard let third = number(), third.digits == 2, third.value < 60 else { return nil }
            seconds = seconds * 60 + Double(third.value)
        }
        if skip(".,") != nil {
            guard let rest = number() else { return nil }
            var unit = 1.0
            for _ in 0..<rest.digits { unit /= 10 }
            seconds += Double(rest.value) * unit
        }
        return isAtEnd ? (isNegative ? -seconds : seconds) : nil
    }

    /// Eras of Japan and the Republic of China by the year before their first.
    private static let eras: [(name: String, before: Int)] = [
        ("令和", 2018), ("平成", 1988), ("昭和", 1925), ("大正", 1911), ("民國", 1911), ("民国", 1911),
    ]

    /// A year of an era as one of the calendar, and what may stand before a year.
    mutating func era() -> Int {
        let before = position
        let word = word()
        if let era = Self.eras.first(where: { $0.name == word }) { return era.before }
        position = before
        return 0
    }

    /// The first day of a quarter: what follows the year in `2024Q1` and `2024-Q1`.
    mutating func quarter(of year: Int) -> DateStamp? {
        let before = position
        skipBlanks()
        if skip("Qq") != nil, let quarter = number(), (1...4).contains(quarter.value), isAtEnd {
            return DateStamp(year: year, month: quarter.value * 3 - 2, day: 1)
        }
        position = before
        return nil
    }

    /// A day of a week of ISO 8601: what follows the year in `2024-W05` and `2024-W05-3`.
    mutating func week(of year: Int) -> DateStamp? {
        let before = position
        if skip("Ww") != nil, let week = number(), (1...53).contains(week.value), week.digits == 2,
            var stamp = DateStamp(year: year, month: 1, day: 4)
        {
            // The week of the 4th of January is the first.
            let day = skip("-") != nil ? short() ?? 1 : 1
            stamp.days += (week.value - 1) * 7 - stamp.weekday + day - 1
            if isAtEnd, (1...7).contains(day) { return stamp }
        }
        position = before
        return nil
    }
}
