/// A moment as a table writes it: a day and the time on its clock.
struct DateStamp: Equatable {
    /// Days since 1970-01-01.
    var days: Int
    /// Seconds since midnight, on the writer's clock; nil without a time.
    var seconds: Double?
    /// Seconds that the writer's clock is ahead of UTC.
    var offset = 0.0

    /// Days since 1970-01-01 UTC, with the time of day.
    var elapsed: Double { Double(days) + ((seconds ?? 0) - offset) / 86_400 }

    /// A day of the Gregorian calendar; nil where there is none.
    init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(month, year)
        else { return nil }
        days = Self.days(year, month, day)
    }

    /// A moment by the seconds since 1970-01-01 UTC; nil beyond the year 9999.
    init?(unixSeconds: Double) {
        guard unixSeconds.isFinite, abs(unixSeconds) < 2.5e11 else { return nil }
        let days = (unixSeconds / 86_400).rounded(.down)
        self.days = Int(days)
        seconds = unixSeconds - days * 86_400
    }

    /// The day's year, month and day of the month.
    var calendar: (year: Int, month: Int, day: Int) {
        var year = 1970 + Int((Double(days) / 365.2425).rounded(.down))
        while Self.days(year, 1, 1) > days { year -= 1 }
        while Self.days(year + 1, 1, 1) <= days { year += 1 }
        var month = 1
        while month < 12, Self.days(year, month + 1, 1) <= days { month += 1 }
        return (year, month, days - Self.days(year, month, 1) + 1)
    }

    /// Days since the first of January.
    var dayOfYear: Int { days - Self.days(calendar.year, 1, 1) }

    /// 0 for Monday to 6 for Sunday; 1970-01-01 was a Thursday.
    var weekday: Int { ((days + 3) % 7 + 7) % 7 }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]

    private static func length(_ month: Int, _ year: Int) -> Int {
        before[month] - before[month - 1] + (month == 2 && isLeap(year) ? 1 : 0)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let past = year - 1
        let leapDays = past / 4 - past / 100 + past / 400
        let inYear = before[month - 1] + (month > 2 && isLeap(year) ? 1 : 0) + day - 1
        // 719,162 days lie between 0001-01-01 and 1970-01-01.
        return past * 365 + leapDays + inYear - 719_162
    }
}
