import Glibc
import KalsaeSupport

/// When a process that waits for another rank says so, and when it ends.
package struct Watchdog: Equatable, Sendable {
    /// Seconds of waiting after which it is told, and after which the process ends.
    package let (telling, ending): (Double, Double)

    /// The exit code of a process that has waited too long: `EX_TEMPFAIL`, what a scheduler may try
    /// again.
    package static let exitCode: Int32 = 75

    /// The limits of `KALSAE_WATCHDOG`.
    package init() throws(KalsaeError) { try self.init(EnvironmentFlag.watchdog.value) }

    package init(_ text: String) throws(KalsaeError) {
        if text == "off" {
            (telling, ending) = (.infinity, .infinity)
            return
        }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0) ?? .nan
        }
        guard numbers.count == 2, numbers[0] > 0, numbers[1] >= numbers[0] else {
            throw KalsaeError(
                EnvironmentFlag.watchdog.rawValue,
                expected: "two rising numbers of seconds, or off", got: "\"\(text)\"",
                advice: "usual is \(EnvironmentFlag.watchdog.defaultValue)")
        }
        (telling, ending) = (numbers[0], numbers[1])
    }

    /// Seconds as messages have them: `60 s`, `0.5 s`.
    package static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }

    /// Writes a line to standard error, of ranks above 0 too.
    package static func tell(_ line: String) {
        let text = "kalsae: \(line.printable)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
    }
}

/// Waiting for one message: first in a loop, then leaving the core to others, then in short sleeps.
package struct Patience {
    /// The seconds that were waited, without those in which this process itself was stopped.
    package private(set) var seconds = 0.0
    private var last: Double?
    private let leavesCores: Bool

    /// Waiting that begins.
    ///
    /// - Parameter leavesCores: whether it sleeps at once, a quarter of what was waited and up to 5 ms,
    ///   so that who is to answer has the cores.
    package init(leavesCores: Bool = false) { self.leavesCores = leavesCores }

    /// Waits for a moment.
    package mutating func pause() {
        let now = Self.now()
        seconds += min(now - (last ?? now), 1)
        last = now
        if leavesCores {
            usleep(UInt32(min(5000, max(50, 250_000 * seconds))))
            return
        }
        if seconds < 20e-6 { return }
        if seconds < 1e-3 {
            sched_yield()
        } else {
            // Long waits are for slow work: 10 us at first, 50 us from 5 ms on.
            usleep(UInt32(min(50, 10_000 * seconds)))
        }
    }

    package static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
