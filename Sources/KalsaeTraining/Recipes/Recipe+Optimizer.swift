import KalsaeOptimizers
import KalsaeSupport

extension Recipe {
    /// Which optimizer, by its name in the catalog of `OptimizerSpec`.
    public struct OptimizerName: RawRepresentable, CaseIterable, Codable, Hashable, Sendable {
        /// The name.
        public let rawValue: String

        /// The optimizer of that name that stands alone; nil where there is none.
        public init?(rawValue: String) {
            guard OptimizerSpec.plainNames.contains(rawValue) else { return nil }
            self.rawValue = rawValue
        }

        private init(_ name: String) { rawValue = name }

        /// All optimizers that stand alone.
        public static var allCases: [OptimizerName] {
            OptimizerSpec.plainNames.map { OptimizerName($0) }
        }

        /// Plain gradient descent.
        public static let sgd = OptimizerName("sgd")
        /// `Adam`.
        public static let adam = OptimizerName("adam")
        /// `AdamW`.
        public static let adamw = OptimizerName("adamw")

        /// The learning rate where none is given: the optimizer's own, but what small networks on
        /// small batches bear where that is too low or too high.
        public var defaultRate: Double {
            let others = ["sgd": 0.1, "rmsprop": 0.001, "lion": 0.001, "radam": 0.003]
            return others[rawValue] ?? (try? OptimizerSpec(rawValue).optimizer().learningRate) ?? 0
        }

        /// The optimizer with a rate.
        ///
        /// - Throws: a `KalsaeError` for a rate that is negative or not finite.
        public func make(learningRate: Double) throws(KalsaeError) -> any Optimizer {
            try OptimizerSpec(rawValue, ["learningRate": .number(learningRate)]).optimizer()
        }
    }

    /// How the learning rate changes over a training of known length: the name of a
    /// `SchedulePreset`.
    public struct ScheduleName: RawRepresentable, CaseIterable, Codable, Hashable, Sendable {
        /// The name.
        public let rawValue: String

        /// The schedule of that name; nil where there is none.
        public init?(rawValue: String) {
            guard SchedulePreset.all.contains(where: { $0.name == rawValue }) else { return nil }
            self.rawValue = rawValue
        }

        private init(_ name: String) { rawValue = name }

        /// All presets.
        public static var allCases: [ScheduleName] {
            SchedulePreset.all.map { ScheduleName($0.name) }
        }

        /// A rise over a tenth of the steps, then half of a cosine wave.
        public static let warmupCosine = ScheduleName("warmup-cosine")
        /// The same rate throughout.
        public static let constant = ScheduleName("constant")
        /// A fall where the validation loss no longer falls.
        public static let plateau = ScheduleName("plateau")

        /// The schedule for a number of steps; nil where the rate depends on the validation loss.
        public func make(steps: Int) -> LearningRateSchedule? {
            SchedulePreset.all.first { $0.name == rawValue }?.schedule(max(steps, 1))
        }

        /// The rule that depends on the validation loss, if it is one.
        public func plateau(patience: Int?) -> PlateauReduction? {
            guard self == .plateau else { return nil }
            // The rate must fall before training ends for the same reason.
            return PlateauReduction(factor: 0.3, patience: max((patience ?? 10) / 3, 1))
        }
    }

    /// The optimizer with all that the recipe says of it, as plain data.
    ///
    /// - Throws: a `KalsaeError` for a number that makes no sense.
    public func optimizerSpec() throws(KalsaeError) -> OptimizerSpec {
        var settings = optimizerSettings
        settings["learningRate"] = .number(learningRate)
        var spec = try OptimizerSpec(optimizer.rawValue, settings)
        if let weightDecay {
            spec =
                optimizer == .adamw
                ? try spec.replacing(["decay": .number(weightDecay)])
                : try spec.wrapped(in: "weightDecayed", ["decay": .number(weightDecay)])
        }
        guard let clipNorm else { return spec }
        return try spec.wrapped(in: "clippedByGlobalNorm", ["limit": .number(clipNorm)])
    }

    /// The schedule for a number of steps; nil for a constant rate, or one that depends on the
    /// validation loss.
    public func schedule(steps: Int) -> LearningRateSchedule? {
        customSchedule ?? schedule.make(steps: steps)
    }

    /// The rule that depends on the validation loss, if the schedule is one.
    public var plateau: PlateauReduction? {
        customSchedule == nil ? schedule.plateau(patience: patience) : nil
    }

    /// The optimizer with all that the recipe says of it.
    public func makeOptimizer() throws(KalsaeError) -> any Optimizer {
        try optimizerSpec().optimizer()
    }
}
