import Glibc
import KalsaeSupport

extension ProcessGroup {
    /// Waits until messages are done, by asking for them.
    ///
    /// Who waits for one rank as long as `KALSAE_WATCHDOG` says tells it on standard error, as
    /// `rank 0 (host a) has waited 60 s for rank 2 (host b) in the sums of step 812`; later the
    /// process ends with code 75, and the launcher ends the others.
    ///
    /// - Parameter work: what is waited for, behind the word "in".
    public func wait(
        _ messages: [any Message], doing work: @autoclosure () -> String
    ) throws(KalsaeError) {
        for message in messages { try wait(message, doing: work()) }
    }

    /// The same for one message.
    public func wait(
        _ message: any Message, doing work: @autoclosure () -> String
    ) throws(KalsaeError) {
        try wait(message, Patience(), doing: work())
    }

    /// The same in longer sleeps where `patience` says so.
    package func wait(
        _ message: any Message, _ patience: Patience, doing work: @autoclosure () -> String
    ) throws(KalsaeError) {
        var patience = patience
        var (watchdog, hasTold): (Watchdog?, Bool) = (nil, false)
        while !(try message.isDone()) {
            patience.pause()
            guard patience.seconds > 0.01 else { continue }
            if watchdog == nil { watchdog = try Watchdog() }
            guard let limits = watchdog else { continue }
            let mayEnd = patience.seconds >= limits.ending
            guard mayEnd || (!hasTold && patience.seconds >= limits.telling) else { continue }
            hasTold = true
            let seconds = Watchdog.text(mayEnd ? limits.ending : limits.telling)
            Watchdog.tell(
                "\(name(of: rank)) \(mayEnd ? "ends: it " : "")has waited \(seconds) for "
                    + "\(name(of: message.peer)) in \(work())")
            if mayEnd { _exit(Watchdog.exitCode) }
        }
    }
}
