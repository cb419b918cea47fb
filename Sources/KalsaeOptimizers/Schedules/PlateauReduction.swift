import KalsaeSupport

/// Lowers the learning rate when the validation loss no longer falls (`ReduceLROnPlateau`).
///
/// Unlike a schedule it depends on what was measured: ``observe(_:)`` is told each epoch's loss and
/// keeps what it needs in ``state``, a plain value that can be stored and put back.
public struct PlateauReduction: Codable, Sendable, Equatable {
    /// What it remembers of the epochs so far.
    public struct State: Codable, Sendable, Equatable {
        /// The product of all reductions.
        public var scale = 1.0
        /// The lowest loss; nil before the first epoch.
        public var best: Double?
        /// Epochs since the lowest loss.
        public var waited = 0
        /// Epochs for which no waiting is counted yet.
        public var cooling = 0
    }

    /// What the rate is multiplied with at each reduction.
    public var factor: Double
    /// How many epochs may pass without a new lowest loss.
    public var patience: Int
    /// How much lower, relative to the lowest loss, a loss must be to count.
    public var threshold: Double
    /// Epochs after a reduction that are not counted.
    public var cooldown: Int
    /// The smallest product of reductions.
    public var minimumScale: Double
    /// What it remembers.
    public var state = State()

    /// Makes the rule; the defaults are those of Keras and PyTorch.
    public init(
        factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0,
        minimumScale: Double = 0
    ) {
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.minimumScale = minimumScale
    }

    /// Refuses a factor outside of [0, 1) and negative numbers.
    public func check() throws(KalsaeError) {
        var copy = self
        var visitor = SettingVisitor(checking: "plateau")
        try copy.visit(&visitor)
    }

    /// The rule from settings by name; what is left out has its default.
    public init(_ settings: [String: SettingValue]) throws(KalsaeError) {
        self.init()
        var visitor = SettingVisitor(reading: settings, "plateau")
        try visit(&visitor)
        try visitor.refuseUnknown()
    }

    private mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        try settings("factor", &factor, .share)
        try settings("patience", &patience, .notNegative)
        try settings("threshold", &threshold, .share)
        try settings("cooldown", &cooldown, .notNegative)
        try settings("minimumScale", &minimumScale, .notNegative)
    }

    /// Notes the loss of an epoch and returns what the rate is to be multiplied with from now on.
    public mutating func observe(_ loss: Double) -> Double {
        let margin = (state.best ?? 0).magnitude * threshold
        if let best = state.best, !(loss < best - margin) {
            state.waited += 1
        } else if !loss.isNaN {
            state.best = loss
            state.waited = 0
        }
        if state.cooling > 0 {
            state.cooling -= 1
            state.waited = 0
        }
        if state.waited > patience {
            state.scale = min(state.scale, max(state.scale * factor, minimumScale))
            state.cooling = cooldown
            state.waited = 0
        }
        return state.scale
    }
}
