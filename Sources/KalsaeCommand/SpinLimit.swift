import Glibc

/// Keeps OpenMP's threads from spinning while their partners wait for a core.
///
/// libgomp spins for some 10 ms at the end of each parallel region; beside other busy processes a
/// step of 0.3 ms then takes 4. It reads its settings when it is loaded, before `main`, so the
/// process starts itself once more, which costs some milliseconds.
enum SpinLimit {
    /// Spins of about 50 ns: longer than the gaps inside of a step, far shorter than a time slice.
    private static let spins = "500"

    /// Starts the process anew with the limit, unless the user has chosen already.
    static func apply() {
        for name in ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"] where getenv(name) != nil { return }
        setenv("GOMP_SPINCOUNT", spins, 1)
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        // Only where that failed: go on as it is.
        for argument in arguments { free(argument) }
    }
}
