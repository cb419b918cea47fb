import KalsaeData
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Learns a table with nothing set: tries several kinds of models in folds, and averages what helps.
///
/// Each candidate has one member a fold, all of them trained as one stacked plan; every row is predicted
/// by the member that did not see it. On these predictions the epoch of each candidate, the weights of
/// the candidates in the average, and a temperature are chosen. The result is one `Ensemble`.
public struct TableLearner: Sendable {
    /// What was tried, in the order in which it was.
    public struct Trial: Sendable, Equatable {
        /// The candidate's name.
        public var name: String
        /// The layers of a member, as in `17-64-64-3`.
        public var network: String
        /// The loss on rows that members did not see.
        public var loss: Double
        /// The weight in the average; 0 where it was left out.
        public var weight: Double
        /// The epoch that was kept, and those that were trained.
        public var epoch: Int, epochs: Int
        /// The members.
        public var members: Int
    }

    /// The linear members alone, to compare with.
    public struct Linear: Sendable {
        /// Their average.
        public var model: Sequential
        /// For each row of ``Outcome/rows`` what the member says that did not see it.
        public var predictions: [Float]
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// The ensemble.
        public var model: Sequential
        /// What was tried.
        public var trials: [Trial]
        /// What logits are divided by; 1 for values.
        public var temperature: Double
        /// Rows whose predictions follow, ascending: all of them, or those that were held out.
        public var rows: [Int]
        /// The same fold by fold.
        public var folds: [[Int]]
        /// For each of these rows the probabilities of all classes, or the standardized value, by
        /// models that did not see it, averaged by a blend that did not see it.
        public var predictions: [Float]
        /// The linear members; nil where there are none.
        public var linear: Linear?
        /// Steps taken by all members together.
        public var steps: Int
        /// What rows of each class counted; nil where all classes counted alike.
        public var classWeights: [Double]?
        /// Whether `onEpoch` ended it before all was tried.
        public var isStopped = false
    }

    /// How much is tried.
    public let effort: TableEffort
    /// The seed of folds, first weights and batches.
    public let seed: Int

    /// How much rows of each class count in training and in all choices; nil where all count alike.
    public let classWeights: ClassWeights?

    /// The number of folds, and of the members of each kind; nil for what the effort and the rows
    /// suggest.
    public let folds: Int?

    /// Makes a learner.
    public init(
        effort: TableEffort = .default, seed: Int = 0, classWeights: ClassWeights? = nil,
        folds: Int? = nil
    ) {
        self.effort = effort
        self.seed = seed
        self.classWeights = classWeights
        self.folds = folds
    }

    /// Learns rows.
    ///
    /// - Parameters:
    ///   - data: rows of numbers, of which at least 4 are wanted.
    ///   - state: where to go on, a state that the same learner gave of the same data; the outcome
    ///     has the bits of a learning that was not stopped.
    ///   - autopsyPath: where the first step whose numbers are not finite is written for an ``Autopsy``;
    ///     nil for nowhere.
    ///   - onEpoch: called after each epoch of a candidate; a `TrainingStop` that it throws ends the
    ///     learning, and what was tried so far is averaged.
    ///   - onState: called in front of it with what gives the state there.
    ///   - onTried: called once all was tried, before it is averaged, with what gives the state there;
    ///     not where `onEpoch` ended it.
    /// - Throws: a `KalsaeError` where no candidate has a finite loss; a `CancellationError`.
    public func run(
        _ data: LabeledData, resuming state: TableState? = nil, autopsyPath: String? = nil,
        onEpoch: (CandidateEpoch) throws -> Void = { _ in },
        onState: (() throws -> TableState) throws -> Void = { _ in },
        onTried: (() throws -> TableState) throws -> Void = { _ in }
    ) throws -> Outcome {
        let weights = try classWeights?.values(for: data)
        let data = data.weighted(byClass: weights ?? [])
        let plan = try TablePlan(data, effort: effort, folds: folds, seed: seed)
        let dataset = try Dataset(data)
        let tried = TriedCandidates(
            plan,
            subject: [
                data.count, data.featureShape.reduce(1, *), data.targets.outputCount,
                plan.folds.count, plan.batch, seed,
            ], effort: effort, autopsyPath: autopsyPath)
        func training(
            _ onEpoch: @escaping (CandidateEpoch, FoldTraining.Progress) throws -> Void
        ) -> FoldTraining {
            FoldTraining(
                data: data, dataset: dataset, folds: plan.folds,
                rowsPerEpoch: plan.rowsPerEpoch, seed: seed, columns: plan.columns,
                onEpoch: onEpoch)
        }
        try withoutActuallyEscaping(onEpoch) { onEpoch in
            try withoutActuallyEscaping(onState) { onState in
                let training = training { epoch, progress in
                    try onState { tried.state(with: progress) }
                    try onEpoch(epoch)
                }
                let open = try state.map { try tried.restore($0, training) } ?? nil
                try tried.finish(training, from: open)
            }
        }
        if !tried.isStopped { try onTried { tried.state() } }
        var outcome = try blended(
            tried.outcomes, training { _, _ in }, plan, steps: tried.steps,
            isStopped: tried.isStopped)
        outcome.classWeights = weights
        outcome.isStopped = tried.isStopped
        return outcome
    }

    private func blended(
        _ outcomes: [FoldTraining.Outcome], _ training: FoldTraining, _ plan: TablePlan,
        steps: Int, isStopped: Bool
    ) throws -> Outcome {
        let data = training.data
        let held = plan.folds.map(\.test)
        let rows = held.flatMap { $0 }.sorted()
        let all = outcomes
        let kept = Blend.worthwhile(
            all.map(\.predictions), costs: all.map { Double($0.members.parameterCount) }, data,
            rows: plan.sample(rows))
        let outcomes = kept.map { all[$0] }
        let predictions = outcomes.map(\.predictions)
        let blend = Blend(predictions, data, rows: plan.sample(rows))
        // What is reported of a fold is blended as the other folds would have it.
        let width = predictions[0].width
        var reported = TablePredictions(rows: data.count, width: width)
        for fold in held.indices {
            let others =
                held.count > 1 ? held.indices.filter { $0 != fold }.flatMap { held[$0] } : rows
            let own = Blend(predictions, data, rows: plan.sample(others))
            let mixed = own(predictions)
            for row in held[fold] {
                for index in (row * width)..<((row + 1) * width) {
                    reported.values[index] = mixed.values[index]
                }
            }
        }
        /// By time members of folds have not seen the newest rows, and most of them only old ones.
        func final(_ outcome: FoldTraining.Outcome) throws -> FoldTraining.Outcome {
            guard data.times != nil, !isStopped,
                let planned = plan.candidates.first(where: {
                    $0.candidate.name == outcome.candidate.name
                })
            else { return outcome }
            var outcome = outcome
            if let members = try training.learnedAllRows(
                outcome, epochs: planned.epochs, batch: plan.batch)
            {
                outcome.members = members
            }
            return outcome
        }
        let parts = try zip(outcomes, blend.weights).map {
            ($1 > 0 ? try final($0) : $0, weight: $1)
        }
        let model = try Self.ensemble(parts, data, temperature: blend.temperature)
        func values(_ all: TablePredictions) -> [Float] {
            rows.flatMap { all.values[($0 * width)..<(($0 + 1) * width)] }
        }
        var linear: Linear?
        if let own = all.first(where: { $0.candidate.isLinear }) {
            let known = parts.first { $0.0.candidate.isLinear && $0.weight > 0 }
            linear = Linear(
                model: try Self.ensemble(
                    [(known?.0 ?? final(own), weight: 1)], data, temperature: 1),
                predictions: values(own.predictions))
        }
        let trials = all.enumerated().map { index, outcome in
            Trial(
                name: outcome.candidate.name, network: outcome.candidate.text(data),
                loss: outcome.predictions.loss(data, rows: rows, isPlain: true),
                weight: kept.firstIndex(of: index).map { blend.weights[$0] } ?? 0,
                epoch: outcome.epoch, epochs: outcome.epochs, members: plan.folds.count)
        }
        return Outcome(
            model: model, trials: trials, temperature: blend.temperature, rows: rows,
            folds: held, predictions: values(reported), linear: linear, steps: steps)
    }

    /// The members of candidates with a weight as one model.
    private static func ensemble(
        _ parts: [(FoldTraining.Outcome, weight: Double)], _ data: LabeledData, temperature: Double
    ) throws -> Sequential {
        let kept = parts.filter { $0.weight > 0 }
        let groups = kept.map { outcome, weight in
            Ensemble.MemberSettings(
                layers: outcome.layers, count: outcome.count, weight: weight)
        }
        var settings = Ensemble.Settings(groups: groups, temperature: temperature)
        if case .classes = data.targets { settings.averaging = .probabilities }
        if let range = data.predictedRange {
            settings.range = [Double(range.lowerBound), Double(range.upperBound)]
        }
        return try Sequential(
            Ensemble(settings, members: kept.map { $0.0.members }), input: Shape(data.featureShape))
    }
}

extension TableCandidate {
    /// The sizes of the layers, as in `17-64-64-3`.
    fileprivate func text(_ data: LabeledData) -> String {
        ([data.featureShape.reduce(1, *)] + hidden + [data.targets.outputCount])
            .map { "\($0)" }.joined(separator: "-")
    }
}
