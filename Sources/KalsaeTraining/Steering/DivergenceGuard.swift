import KalsaeSupport

/// Lets a training that diverges go back by itself: where a loss is not finite, or far above its
/// running mean, model and optimizer become those of the last good step, the learning rate falls, and
/// the batch at which it happened and the one before are left out.
///
/// Each time it makes ``Intervention``s, which replay it. A good state is one behind which a
/// whole interval of steps went well; a ``TrainingState`` has the good states too, so that a training
/// that is resumed goes back to the same ones.
public struct DivergenceGuard: Sendable, Equatable, Codable {
    /// What the learning rate is multiplied with.
    public var factor: Double
    /// How many times its running mean a loss may be, and up to the 20th step the greatest loss so
    /// far; nil to look for losses that are not finite only.
    public var spike: Double?
    /// How often it goes back; then the training ends with an error.
    public var most: Int
    /// Steps between the states that it keeps.
    public var interval: Int

    /// Makes the rule; `fit` throws a `KalsaeError` for numbers that make none.
    ///
    /// - Parameters:
    ///   - factor: what the learning rate is multiplied with, between 0 and 1.
    ///   - spike: how many times its running mean a loss may be, above 1; nil for any finite loss.
    ///   - most: how often it goes back, at least 0.
    ///   - interval: steps between the states that it keeps, at least 1; it keeps two copies of model
    ///     and optimizer.
    public init(factor: Double = 0.5, spike: Double? = 10, most: Int = 5, interval: Int = 50) {
        (self.factor, self.spike, self.most, self.interval) = (factor, spike, most, interval)
    }

    /// What it remembers, beside the good states.
    public struct State: Codable, Sendable, Equatable {
        /// The running mean of the loss, and of how many steps it is.
        public var mean = 0.0, count = 0
        /// The greatest loss of the first steps.
        public var greatest: Double?
        /// Where the batch of the last step stands.
        public var last: BatchPosition?
        /// How often it went back.
        public var recoveries = 0
    }

    /// Losses before the running mean says enough.
    private static let warmup = 20
    /// The share of the running mean that stays with each step.
    private static let kept = 0.98

    func check() throws(KalsaeError) {
        guard factor > 0, factor < 1, spike ?? 2 > 1, most >= 0, interval > 0 else {
            throw KalsaeError(
                "guard", expected: "a factor between 0 and 1, a spike above 1, and steps above 0",
                got: "factor \(factor), spike \(spike ?? .nan), most \(most), interval \(interval)")
        }
    }

    /// Notes a loss and tells whether it is one that a training comes to.
    func accepts(_ loss: Double, _ state: inout State) -> Bool {
        guard loss.isFinite else { return false }
        if let spike, state.count > 0 {
            // A mean of few losses says little of how far they are apart.
            let usual = state.count < Self.warmup ? state.greatest ?? state.mean : state.mean
            // A loss may be negative; above 0 alone nothing is far.
            if usual != 0, loss > usual + (spike - 1) * abs(usual) { return false }
        }
        if state.count < Self.warmup { state.greatest = max(state.greatest ?? loss, loss) }
        // The mean of all at first, then one that forgets.
        let share = max(1 / Double(state.count + 1), 1 - Self.kept)
        state.mean += share * (loss - state.mean)
        state.count += 1
        return true
    }
}
