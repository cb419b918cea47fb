import Glibc

/// Times as trials keep them: whole milliseconds since 1970.
enum Clock {
    /// Now, to some milliseconds, in a few nanoseconds.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Seconds since some moment, which no change of the date moves.
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
