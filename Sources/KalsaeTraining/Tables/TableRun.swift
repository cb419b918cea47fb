import KalsaeData
import KalsaeSupport

/// A table learned with nothing set: ``TableLearner`` on its rows, measured, as a file to keep.
public struct TableRun: Sendable {
    /// What came of it.
    public struct Outcome: Sendable {
        /// The ensemble, with what predicting needs.
        public var file: ModelFile
        /// Each training row, measured by models that did not see it.
        public var validation: Report
        /// The same fold by fold, where a number of folds was asked for.
        public var crossValidation: CrossValidation?
        /// Measured on rows that took no part; nil where none were held out.
        public var test: Report?
        /// What was predicted for rows that were held out.
        public var heldOut: [HeldOutRows]
        /// What was tried; losses of numbers are in the target's units, those of squares squared.
        public var trials: [TableLearner.Trial]
        /// The epochs of all of them.
        public var history: [CandidateEpoch]
        /// Numbers trained.
        public var parameters: Int
        /// Steps taken.
        public var steps: Int
        /// The rows that were learned.
        public var rows: Int
        /// Those that were measured by models that did not see them.
        public var validatedRows: Int
        /// What logits are divided by; 1 for values.
        public var temperature: Double
        /// What rows of each class counted in training; nil where all classes counted alike.
        public var classWeights: [Double]?
        /// Whether `onEpoch` ended it before all was tried.
        public var isStopped: Bool
    }

    /// How to learn.
    public let learner: TableLearner
    /// What to learn; its validation part is learned too.
    public let data: DataParts
    /// The rule by which one of two classes is predicted; nil for the more probable one.
    public var threshold: ThresholdChoice?

    /// Pairs a learner with data.
    public init(_ learner: TableLearner, data: DataParts) {
        self.learner = learner
        self.data = data
    }

    /// Learns and measures.
    ///
    /// - Parameters:
    ///   - state: where to go on; nil to begin.
    ///   - autopsyPath: where the first step whose numbers are not finite is written; nil for nowhere.
    ///   - onEpoch: called after each epoch of a candidate.
    ///   - onState: called in front of it with what gives the state there.
    ///   - onTried: called once all was tried, before it is averaged, with what gives the state there;
    ///     not where `onEpoch` ended it.
    ///   - onLearned: called before anything is measured, to keep what was learned: the model, but for
    ///     what measuring finds (intervals, and the threshold with the best F1), and what came of the
    ///     learning.
    public func run(
        resuming state: TableState? = nil, autopsyPath: String? = nil,
        onEpoch: (CandidateEpoch) throws -> Void = { _ in },
        onState: (() throws -> TableState) throws -> Void = { _ in },
        onTried: (() throws -> TableState) throws -> Void = { _ in },
        onLearned: (ModelFile, TableLearner.Outcome) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        let rows = try data.train.appending(data.validation)
        var unit = 1.0
        if case .values(_, let scale) = rows.targets { unit = scale.lossUnit }
        var history: [CandidateEpoch] = []
        let outcome = try learner.run(
            rows, resuming: state, autopsyPath: autopsyPath,
            onEpoch: { epoch in
                var epoch = epoch
                epoch.loss *= unit
                history.append(epoch)
                try onEpoch(epoch)
            }, onState: onState, onTried: onTried)
        try onLearned(ModelFile(outcome.model, metadata: try learnedMetadata.strings), outcome)
        // Probabilities of classes, or standardized numbers, of models that did not see the rows.
        let measured = try rows.rows(outcome.rows)
        func measurement(
            _ predictions: [Float], decision: DecisionRule? = nil
        ) throws(KalsaeError) -> Measurement {
            try Measurement(
                predictions, areLogits: false, measured.targets, weights: measured.weights,
                decision: decision)
        }
        var validation = try measurement(outcome.predictions)
        var metadata = ModelMetadata(data, seed: learner.seed)
        try metadata.decide(by: threshold, best: validation.report.classes?.threshold)
        if let decision = metadata.decision {
            validation = try measurement(outcome.predictions, decision: decision)
        }
        if let linear = outcome.linear {
            validation.setLinear(try measurement(linear.predictions))
        }
        let numbers = (data.split?.train ?? []) + (data.split?.validation ?? [])
        var heldOut = [
            HeldOutRows(
                folds: outcome.folds, order: outcome.rows, numbers: numbers, validation.rows)
        ]
        metadata.intervals = validation.intervals
        let tells = metadata.intervals?.tells(Measurement.level) == true
        if tells { try validation.report(metadata.intervals, areOwn: true) }
        var test: Report?
        if data.test.count > 0 {
            var measured = try Measurement(
                outcome.model, data.test, decision: metadata.decision)
            if let linear = outcome.linear {
                measured.setLinear(try Measurement(linear.model, data.test))
            }
            if tells { try measured.report(metadata.intervals) }
            test = measured.report
            let rows = data.split?.test
            heldOut.append(
                HeldOutRows(
                    "test", rows: rows?.count == data.test.count ? rows : nil, measured.rows))
        }
        var trials = outcome.trials
        for index in trials.indices { trials[index].loss *= unit }
        return Outcome(
            file: ModelFile(outcome.model, metadata: metadata.strings),
            validation: validation.report,
            crossValidation: learner.folds == nil ? nil : try crossValidation(outcome, rows),
            test: test, heldOut: heldOut, trials: trials, history: history,
            parameters: outcome.model.parameterCount, steps: outcome.steps, rows: rows.count,
            validatedRows: outcome.rows.count, temperature: outcome.temperature,
            classWeights: outcome.classWeights, isStopped: outcome.isStopped)
    }

    /// What the model's file says before anything is measured.
    private var learnedMetadata: ModelMetadata {
        get throws {
            var metadata = ModelMetadata(data, seed: learner.seed)
            if case .probability? = threshold { try metadata.decide(by: threshold, best: nil) }
            return metadata
        }
    }

    /// Measures each fold; one of rows without a weight above 0 has no numbers.
    private func crossValidation(
        _ outcome: TableLearner.Outcome, _ rows: LabeledData
    ) throws -> CrossValidation {
        var positions = [Int](repeating: 0, count: rows.count)
        for (position, row) in outcome.rows.enumerated() { positions[row] = position }
        let width = outcome.predictions.count / max(outcome.rows.count, 1)
        var reports: [Report] = []
        for fold in outcome.folds {
            let own = try rows.rows(fold)
            guard own.weights?.contains(where: { $0 > 0 }) ?? true else { continue }
            let predictions = fold.flatMap { row in
                let start = positions[row] * width
                return outcome.predictions[start..<(start + width)]
            }
            reports.append(
                try Measurement(
                    predictions, areLogits: false, own.targets, weights: own.weights
                ).report)
        }
        return CrossValidation(folds: reports)
    }

    /// Learns all rows, those of the test too, once they have been measured; the reports stay those of
    /// the outcome before.
    ///
    /// - Parameters:
    ///   - onEpoch: called after each epoch of a candidate.
    ///   - onLearned: called with the model of all rows before it is measured.
    public func refit(
        _ outcome: Outcome, onEpoch: (CandidateEpoch) throws -> Void = { _ in },
        onLearned: (ModelFile, TableLearner.Outcome) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        guard data.test.count > 0 else { return outcome }
        var run = TableRun(learner, data: try data.joined())
        run.threshold = threshold
        let whole = try run.run(onEpoch: onEpoch, onLearned: onLearned)
        var outcome = outcome
        (outcome.file, outcome.rows) = (whole.file, whole.rows)
        outcome.steps += whole.steps
        outcome.isStopped = whole.isStopped
        return outcome
    }
}
