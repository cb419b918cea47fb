import KalsaeSupport

/// Steps of planning that the flag `KALSAE_PASSES` leaves out, as it does graph passes.
enum PlanPass: String, CaseIterable {
    /// Puts units into common loops.
    case fusion
    /// Joins products with the loops behind them.
    case epilogue
    /// Takes the largest elements of windows inside of the convolution that makes them.
    case pooling
    /// Gives large products to the matrix unit, in parts of floats.
    case split
    /// Lets products on that unit read bytes where they would read them as floats.
    case bytes

    /// Whether the step is taken.
    var isEnabled: Bool { EnvironmentFlag.isPassEnabled(rawValue) }
}
