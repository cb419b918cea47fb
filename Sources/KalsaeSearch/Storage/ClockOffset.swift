/// How far the clock of whoever keeps a study is ahead of this process's, by which leases count.
struct ClockOffset {
    /// Milliseconds that it is ahead.
    private(set) var milliseconds = 0

    /// Clocks that differ by less, in milliseconds, count as equal.
    private static let tolerance = 1000

    /// Takes over what it shows now.
    mutating func adjust(to clock: Int) {
        let offset = clock - Clock.now
        if abs(offset - milliseconds) > Self.tolerance { milliseconds = offset }
    }
}

extension Int {
    /// A time by another clock; 0 is no time, and a lease without an end has none by any clock.
    func moved(by offset: Int) -> Int { self == 0 || self > .max / 2 ? self : self + offset }
}
