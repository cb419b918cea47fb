import KalsaeSupport

/// Steps of lowering that the flag `KALSAE_PASSES` leaves out, as it does graph passes.
package enum LoweringPass: String, CaseIterable {
    /// Puts ops into common loops.
    case fusion
    /// Computes cheap results again where they are read.
    case rematerialization = "remat"
    /// Joins products and convolutions with the loops behind them.
    case epilogue
    /// Max pooling inside of the convolution in front of it.
    case convMaxPool = "convpool"
    /// Lets products read bytes where they would read them as floats.
    case bytes

    /// Whether the step is taken.
    package var isEnabled: Bool { EnvironmentFlag.isPassEnabled(rawValue) }
}
