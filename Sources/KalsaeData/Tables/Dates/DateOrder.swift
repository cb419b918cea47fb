/// How a column writes its dates.
public enum DateOrder: String, Sendable, CaseIterable {
    /// `2024-03-01`, `2024/3/1`, `20240301`, `2024년 3월 1일`.
    case yearFirst = "year month day"
    /// `01.03.2024`, `1/3/2024`, `1-3-24`.
    case dayFirst = "day month year"
    /// `03/01/2024`.
    case monthFirst = "month day year"
    /// `1 March 2024`, `Mar 1, 2024`, `1. März 2024`.
    case named = "the month's name"
    /// `13:45`, without a day.
    case timeOfDay = "time of day"
    /// `27:30:00` or `-1:05`: how long something took, in hours, minutes and seconds.
    case duration = "length of time"
    /// Several of the ways above in one column; `3/4/2024` has the day first.
    case mixedDayFirst = "several ways, day before month"
    /// Several of the ways above in one column; `3/4/2024` has the month first.
    case mixedMonthFirst = "several ways, month before day"
    /// Seconds or milliseconds since 1970; never guessed.
    case unixSeconds = "seconds since 1970"
    /// Days since 1899-12-30, as spreadsheets count; never guessed.
    case serialDays = "days since 1899-12-30"

    /// What numbers count, were they dates: by their size days of spreadsheets (1954 to 2119), or
    /// seconds or milliseconds since 1970; nil for others.
    static func counted(_ numbers: [Double]) -> DateOrder? {
        let present = numbers.lazy.filter { !$0.isNaN }
        guard let least = present.min(), let most = present.max() else { return nil }
        if least >= 20_000, most <= 80_000 { return .serialDays }
        return least >= 1e8 && most < 2.5e14 ? .unixSeconds : nil
    }

    /// Whether a column's name speaks of how long something takes.
    static func isDurationName(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["duration", "dauer", "elapsed", "length", "laufzeit", "durée", "소요", "所要"]
            .contains { name.contains($0) }
    }

    /// The order that a column's texts are written in, and whether day and month could as well be
    /// the other way round; nil where no order reads 95 of 100 cells.
    ///
    /// Between day and month first, the one that reads more decides, then the one by which the rows
    /// are in order of time, then the mark: a slash is read as in the USA, all else as in Europe.
    static func guess(
        _ texts: Table.Texts, dayFirst: Bool?
    ) -> (order: DateOrder, isAmbiguous: Bool)? {
        let sample = Array(texts.codes.lazy.filter { $0 >= 0 }.prefix(2_000).map { Int($0) })
        guard let first = sample.first else { return nil }
        func stamps(_ order: DateOrder) -> [DateStamp] {
            sample.compactMap { DateText.parse(texts.names[$0], order) }
        }
        func suffices(_ count: Int) -> Bool { count * 20 >= sample.count * 19 }
        for order in [DateOrder.yearFirst, .named, .timeOfDay, .duration]
        where suffices(stamps(order).count) {
            return (order, false)
        }
        let (days, months) = (stamps(.dayFirst), stamps(.monthFirst))
        guard suffices(max(days.count, months.count)) else {
            return mixed(days.count, months.count, dayFirst) { suffices(stamps($0).count) }
        }
        if days.count != months.count {
            return (days.count > months.count ? .dayFirst : .monthFirst, false)
        }
        if let dayFirst { return (dayFirst ? .dayFirst : .monthFirst, false) }
        let orders = [days, months].map { stamps in
            zip(stamps, stamps.dropFirst()).allSatisfy { $0.elapsed <= $1.elapsed }
        }
        if orders[0] != orders[1] { return (orders[0] ? .dayFirst : .monthFirst, false) }
        let hasSlash = texts.names[first].contains("/")
        return (hasSlash ? .monthFirst : .dayFirst, days != months)
    }

    /// Dates in several ways, where together they read enough.
    private static func mixed(
        _ days: Int, _ months: Int, _ dayFirst: Bool?, suffices: (DateOrder) -> Bool
    ) -> (order: DateOrder, isAmbiguous: Bool)? {
        let isDayFirst = days == months ? dayFirst ?? true : days > months
        let order = isDayFirst ? DateOrder.mixedDayFirst : .mixedMonthFirst
        return suffices(order) ? (order, days == months && days > 0 && dayFirst == nil) : nil
    }
}

/// A part of a date that comes again and again, as a point on a circle.
public enum DateCycle: String, Sendable, CaseIterable {
    /// The month.
    case month
    /// The day of the week.
    case weekday
    /// The day of the year.
    case dayOfYear = "day of year"
    /// The time of day.
    case hour

    /// Where in the cycle a moment is, from 0 to less than 1; nil for a time of day that is not
    /// told.
    func phase(_ stamp: DateStamp) -> Double? {
        switch self {
        case .month: Double(stamp.calendar.month - 1) / 12
        case .weekday: Double(stamp.weekday) / 7
        case .dayOfYear: Double(stamp.dayOfYear) / 366
        case .hour: stamp.seconds.map { $0 / 86_400 }
        }
    }
}

/// A part of a date that is a number.
public enum DateNumber: String, Sendable, CaseIterable {
    /// Days since 1970, with the time of day: how long ago, on a scale.
    case elapsed
    /// The year.
    case year

    /// The number of a moment.
    func value(_ stamp: DateStamp) -> Double {
        switch self {
        case .elapsed: stamp.elapsed
        case .year: Double(stamp.calendar.year)
        }
    }
}
