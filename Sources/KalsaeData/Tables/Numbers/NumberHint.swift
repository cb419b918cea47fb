import KalsaeSupport

/// What numbers may mean besides themselves, in words for whoever knows better.
enum NumberHint {
    private static let sentinels: [Double] = [
        -999, -9999, -99999, -99, 999, 9999, 99999, 999_999, 99, -1, -8888, -7777, 9.99e36,
    ]

    /// A note on a column of numbers, or nil: a number that stands for missing ones, whole numbers
    /// too large to be told apart, counts of seconds or days in a column of times.
    static func of(_ numbers: [Double], _ profile: NumberProfile, name: String) -> String? {
        if let text = sentinel(numbers, profile) { return text }
        let isWhole =
            profile.least.rounded() == profile.least
            && profile.most.rounded() == profile.most
        if isWhole, max(-profile.least, profile.most) > 0x1p53,
            numbers.allSatisfy({ $0.isNaN || $0.rounded() == $0 }), profile.most < 1e20
        {
            return "has whole numbers beyond 2^53, which are rounded; category or drop keeps their "
                + "digits"
        }
        guard isTimeName(name), let order = DateOrder.counted(numbers), isWhole else { return nil }
        return "may be \(order.rawValue), read as plain numbers; --column \(name)=date reads dates"
    }

    /// A usual stand-in for missing numbers that comes again and lies far from all others.
    private static func sentinel(_ numbers: [Double], _ profile: NumberProfile) -> String? {
        guard profile.distinct > 5 else { return nil }
        for end in [profile.least, profile.most] where sentinels.contains(end) {
            var (count, low, high) = (0, Double.infinity, -Double.infinity)
            for number in numbers where !number.isNaN {
                if number == end {
                    count += 1
                } else {
                    low = min(low, number)
                    high = max(high, number)
                }
            }
            let gap = end < low ? low - end : end - high
            guard count > 1, gap > 2 * (high - low) || (abs(end) >= 99 && gap > high - low) else {
                continue
            }
            let text = TargetEncoder.className(end)
            return
                "has \(text) in \(count.counting("cell")), far from all others; --missing \(text) takes it "
                + "as missing"
        }
        return nil
    }

    private static func isTimeName(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["time", "date", "stamp", "epoch", "datum", "zeit", "fecha", "날짜", "일시", "日付", "日時"]
            .contains { name.contains($0) } || name.hasSuffix("_at") || name == "ts"
    }
}
