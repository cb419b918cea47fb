import KalsaeSupport

/// Steps of lowering that only accelerators take, and that the flag `KALSAE_PASSES` leaves out.
package enum JoiningPass: String, CaseIterable {
    /// Joins reductions with the loops over their rows.
    case rows
    /// Lets one kernel do several tasks of its kind.
    case joint
    /// Lets one group of work items do small tasks one behind the other.
    case sequence

    /// Whether the step is taken.
    package var isEnabled: Bool { EnvironmentFlag.isPassEnabled(rawValue) }
}
