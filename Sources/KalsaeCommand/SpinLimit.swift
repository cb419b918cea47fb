import Glibc

/// Keeps OpenMP's threads from spinning while their partners wait for a core.
///
/// libgomp spins for some 10 ms at the end of each parallel region; beside other busy processes a
/// step of 0.3 ms then takes 4. It reads its settings when it is loaded, before `main`, so the
/// process starts itself once more, which costs some milliseconds.
enum SpinLimit {
    /// Spins of about 50 ns: longer than the gaps inside of a step, far shorter than a time slice.
    private static let spins = "500"

    /// Whether `apply` starts the process anew: the user has chosen nothing.
    static var isDue: Bool {
        let names: [String] = ["GOMP_SPINCOUNT", "OMP_WAIT_POLICY"]
        return names.allSatisfy { getenv($0) == nil }
    }

    /// Starts the process anew with the limit, where it began.
    static func apply() {
        guard isDue else { return }
        setenv("GOMP_SPINCOUNT", spins, 1)
        // The arguments are read from there once more.
        let folder = WorkingFolder.path
        _ = chdir(WorkingFolder.begun)
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", arguments)
        // Only where that failed: go on as it is.
        _ = chdir(folder)
        for argument in arguments { free(argument) }
    }
}
