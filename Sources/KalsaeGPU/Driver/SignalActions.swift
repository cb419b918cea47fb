import Glibc

/// What a process does with signals.
package enum SignalActions {
    /// Those that a driver may need to handle itself, as a division by 0 of a kernel on the processor.
    private static let faults: Set<Int32> = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

    /// Runs `body`, behind which each signal does what it did before: libraries that are opened may put
    /// handlers of their own in place of the program's. Signals of faults are left to them.
    package static func keeping<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var kept: [(number: Int32, action: sigaction)] = []
        for number in 1..<Int32(32) where !faults.contains(number) {
            var action = sigaction()
            if sigaction(number, nil, &action) == 0 { kept.append((number, action)) }
        }
        defer {
            for (number, action) in kept where number != SIGKILL && number != SIGSTOP {
                var action = action
                sigaction(number, &action, nil)
            }
        }
        return try body()
    }
}
