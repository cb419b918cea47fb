import KalsaeData
import KalsaeLayers
import KalsaeSupport

/// A recipe carried out on rows in folds: a network a fold, each measured on rows that it did not
/// see, and one that is kept, trained on all rows.
public struct FoldedRun: Sendable {
    /// What came of it.
    public struct Outcome: Sendable {
        /// The network that was trained on all rows for ``epochs``; where the run was stopped, the last
        /// fold's.
        public var file: ModelFile
        /// The rows of all folds, each measured by the network that did not see it.
        public var validation: Report
        /// The same fold by fold.
        public var crossValidation: CrossValidation
        /// Measured on a table of its own; nil where there is none.
        public var test: Report?
        /// The epoch of each fold that was best on rows held out from its training.
        public var bestEpochs: [Int]
        /// What was predicted for the rows of the folds, and of the test.
        public var heldOut: [HeldOutRows]
        /// Epochs of the network that is kept: the median of the folds' best.
        public var epochs: Int
        /// The rows that were measured.
        public var validatedRows: Int
        /// Steps taken in all folds and at the end.
        public var steps: Int
        /// Numbers trained in the network that is kept.
        public var parameters: Int
        /// The course of each fold.
        public var histories: [History]
        /// What rows of each class counted at the end; nil where all classes counted alike.
        public var classWeights: [Double]?
        /// Whether a callback ended it.
        public var isStopped: Bool
    }

    /// All rows to train on; the test part is what the kept network is measured on.
    public let whole: DataParts
    /// The number of folds.
    public let count: Int
    /// The share of a fold's training rows that choose its epoch.
    public let validation: Double
    /// From which probability on one of two classes is predicted; nil for the more probable one.
    public var threshold: ThresholdChoice?
    private let recipe: @Sendable (DataParts) throws -> Recipe
    private let folds: @Sendable (Int, Double, UInt64) throws(KalsaeError) -> [Split]
    private let parts: @Sendable (Split) throws(KalsaeError) -> DataParts

    /// Pairs a table with recipes.
    ///
    /// - Parameters:
    ///   - table: what is divided into folds.
    ///   - whole: all its rows as the training part, and rows of other origin, if any, as the test.
    ///   - folds: their number, at least 2.
    ///   - validation: the share of a fold's training rows that choose its epoch.
    ///   - recipe: how to train on some data.
    public init(
        _ table: PreparedTable, whole: DataParts, folds: Int,
        validation: Double = Split.Fractions.standard.validation,
        recipe: @escaping @Sendable (DataParts) throws -> Recipe
    ) {
        (self.whole, count) = (whole, folds)
        (self.validation, self.recipe) = (validation, recipe)
        self.folds = { count, share, seed throws(KalsaeError) in
            try table.folds(count, validation: share, seed: seed)
        }
        parts = { split throws(KalsaeError) in try table.parts(split, name: whole.name) }
    }

    /// Pairs rows that are no table's with recipes: images, or arrays.
    ///
    /// - Parameters:
    ///   - whole: the rows that are divided into folds as the training part, and rows of other origin, if
    ///     any, as the test.
    ///   - folds: their number, at least 2.
    ///   - validation: the share of a fold's training rows that choose its epoch.
    ///   - recipe: how to train on some data.
    public init(
        whole: DataParts, folds: Int,
        validation: Double = Split.Fractions.standard.validation,
        recipe: @escaping @Sendable (DataParts) throws -> Recipe
    ) {
        (self.whole, count) = (whole, folds)
        (self.validation, self.recipe) = (validation, recipe)
        self.folds = { count, share, seed throws(KalsaeError) in
            try whole.folds(count, validation: share, seed: seed)
        }
        parts = { split throws(KalsaeError) in try whole.parts(split) }
    }

    /// Trains and measures each fold, then the network that is kept.
    ///
    /// - Parameters:
    ///   - onStep: called after each step with the fold, from 0; all folds are behind at the end.
    ///   - onFold: called after each fold with what was measured on its rows.
    ///   - onLearned: called with the network that is kept, that of all rows or of the fold at which the
    ///     run was stopped, before it is measured.
    public func run(
        onStep: (@Sendable (Int, StepRecord) throws -> Void)? = nil,
        onFold: (Int, Report) throws -> Void = { _, _ in },
        onLearned: (@Sendable (ModelFile) throws -> Void)? = nil
    ) async throws -> Outcome {
        var options = TrainingRun.Options()
        options.onLearned = { learned in
            if case .stopped = learned.history.end { try onLearned?(learned.file) }
        }
        let own = try recipe(whole)
        let last = try TrainingRun(own, data: whole)
        let splits = try folds(count, validation, UInt64(bitPattern: Int64(own.seed)))
        var outcomes: [TrainingRun.Outcome] = []
        var measurements: [Measurement] = []
        for (fold, split) in splits.enumerated() {
            let parts = try foldParts(split)
            let run = try TrainingRun(try recipe(parts), data: parts)
            let onStep = Self.teller(onStep, fold)
            // What is said of one fold holds for all.
            let outcome =
                fold == 0
                ? try await run.run(options, onStep: onStep)
                : try await Notice.collect { try await run.run(options, onStep: onStep) }.result
            let measured = try Measurement(outcome.file.model, parts.test)
            outcomes.append(outcome)
            measurements.append(measured)
            try onFold(fold, measured.report)
            if case .stopped = outcome.history.end { break }
        }
        var pooled = try Measurement(pooling: measurements)
        var metadata = ModelMetadata(whole, seed: own.seed)
        try metadata.decide(by: threshold, best: pooled.report.classes?.threshold)
        if let decision = metadata.decision {
            measurements = try measurements.map {
                try Measurement(pooling: [$0], decision: decision)
            }
            pooled = try Measurement(pooling: measurements, decision: decision)
        }
        metadata.intervals = pooled.intervals
        let tells = metadata.intervals?.tells(Measurement.level) == true
        if tells { try pooled.report(metadata.intervals, areOwn: true) }
        let epochs = outcomes.map { $0.history.restoredEpoch ?? $0.history.epochCount }
        let median = max(1, Int(Statistics.median(epochs.map { Double($0) }).rounded()))
        let interrupted = outcomes.contains {
            if case .stopped = $0.history.end { true } else { false }
        }
        var outcome = Outcome(
            file: outcomes[outcomes.count - 1].file, validation: pooled.report,
            crossValidation: CrossValidation(folds: measurements.map(\.report)),
            bestEpochs: epochs,
            heldOut: zip(splits, measurements).enumerated().map { fold, own in
                HeldOutRows("fold \(fold + 1)", rows: own.0.test, own.1.rows)
            }, epochs: median, validatedRows: pooled.count,
            steps: outcomes.reduce(0) { $0 + $1.steps }, parameters: last.model.parameterCount,
            histories: outcomes.map(\.history),
            classWeights: try own.classWeights?.values(for: whole.train), isStopped: interrupted)
        guard !interrupted else { return outcome }
        let final = try await last.trainedWhole(
            epochs: median, onStep: Self.teller(onStep, splits.count))
        outcome.steps += final.steps
        guard final.history.end == .completed else {
            outcome.isStopped = true
            return outcome
        }
        outcome.file = ModelFile(final.model, metadata: metadata.strings)
        try onLearned?(outcome.file)
        if whole.test.count > 0 {
            var measured = try Measurement(
                final.model, whole.test, decision: metadata.decision)
            if tells { try measured.report(metadata.intervals) }
            outcome.test = measured.report
            let rows = whole.split?.test
            outcome.heldOut.append(
                HeldOutRows(
                    "test", rows: rows?.count == whole.test.count ? rows : nil, measured.rows))
        }
        return outcome
    }

    /// The parts of a fold; what is said of columns was said of the whole table.
    private func foldParts(_ split: Split) throws -> DataParts {
        try Notice.collect { try parts(split) }.result
    }

    private static func teller(
        _ onStep: (@Sendable (Int, StepRecord) throws -> Void)?, _ fold: Int
    ) -> (@Sendable (StepRecord) throws -> Void)? {
        guard let onStep else { return nil }
        return { try onStep(fold, $0) }
    }
}
