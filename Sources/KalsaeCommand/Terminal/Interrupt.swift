import Glibc
import KalsaeTraining
import Synchronization

/// Ctrl-C and SIGTERM while a training goes on: the first asks it to end where it can be kept, and writes
/// the line of ``StopLine``; the second ends the process at once.
enum Interrupt {
    /// The signal that came; 0 for none.
    private static let signal = Atomic<Int32>(0)

    /// Begins to watch; a signal that is ignored, as in jobs that a script left in the background,
    /// stays ignored.
    static func watch() {
        // Made here: a handler may not allocate.
        _ = isRequested
        StopLine.prepare()
        for number in [SIGINT, SIGTERM] {
            var old = sigaction()
            guard sigaction(number, nil, &old) == 0 else { continue }
            if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
            Glibc.signal(number) { number in
                guard Interrupt.signal.exchange(number, ordering: .relaxed) == 0 else {
                    _ = write(2, "\n", 1)
                    _exit(128 + number)
                }
                StopLine.write()
            }
        }
    }

    /// Whether a signal came.
    static var isRequested: Bool { signal.load(ordering: .relaxed) != 0 }

    /// The exit code of an interrupted command: 128 and the signal, 130 for Ctrl-C.
    static var exitCode: Int32 { 128 + signal.load(ordering: .relaxed) }

    /// Ends a training by a `TrainingStop` once a signal came; called in its callbacks.
    static func check() throws(TrainingStop) {
        if isRequested { throw TrainingStop("interrupted") }
    }
}
