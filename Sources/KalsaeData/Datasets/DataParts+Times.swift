extension DataParts {
    /// When the rows of some parts were, from the first to the last, as dates or as numbers; nil where
    /// time plays no part.
    package func timeSpan(of parts: [LabeledData]) -> (first: String, last: String)? {
        let times = parts.flatMap { $0.times ?? [] }.filter(\.isFinite)
        guard let first = times.min(), let last = times.max() else { return nil }
        let hasClock = timesAreDays && times.contains { $0 != $0.rounded(.down) }
        return (text(first, hasClock), text(last, hasClock))
    }

    private func text(_ time: Double, _ hasClock: Bool) -> String {
        guard timesAreDays, let stamp = DateStamp(unixSeconds: (time * 86_400).rounded()) else {
            return TargetEncoder.className(time)
        }
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (year, month, day) = stamp.calendar
        let date = "\(year)-\(padded(month))-\(padded(day))"
        guard hasClock else { return date }
        let minutes = Int(stamp.seconds ?? 0) / 60
        return "\(date) \(padded(minutes / 60)):\(padded(minutes % 60))"
    }
}
