import Glibc

/// Times as a store keeps them: whole milliseconds since 1970, UTC.
public enum Timestamp {
    /// Now.
    public static var now: Int { read(CLOCK_REALTIME) }

    /// Now to some milliseconds, in a few nanoseconds.
    static var coarse: Int { read(CLOCK_REALTIME_COARSE) }

    private static func read(_ clock: clockid_t) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// A time as in `2026-03-01T09:05:00Z`.
    public static func text(_ milliseconds: Int) -> String {
        var seconds = time_t(milliseconds.quotientFloored(by: 1000))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var bytes = [CChar](repeating: 0, count: 64)
        let length = strftime(&bytes, bytes.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Int {
    fileprivate func quotientFloored(by divisor: Int) -> Int {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
