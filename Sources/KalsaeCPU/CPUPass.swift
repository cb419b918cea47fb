import KalsaeSupport

/// Engines of the CPU that the flag `KALSAE_PASSES` leaves out, as it does graph passes.
enum CPUPass: String, CaseIterable {
    /// Large products on AMX tiles, floats as sums of bf16 limbs.
    case limbs

    /// Whether the engine may run.
    var isEnabled: Bool { EnvironmentFlag.isPassEnabled(rawValue) }
}
