import Glibc
import KalsaeBackend
import KalsaeData
import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor

/// Trains the members of a candidate, one a fold, as one stacked plan, and keeps the epoch at which all
/// of them together are best on the rows that each did not see.
struct FoldTraining {
    /// What came of a candidate.
    struct Outcome {
        var candidate: TableCandidate
        /// The layers of a member, and the number of members.
        var layers: [LayerSpec], count: Int
        /// The members, stacked.
        var members: Sequential
        /// For each row what the member says that did not see it.
        var predictions: TablePredictions
        /// The loss of these predictions.
        var loss: Double
        /// The epoch that was kept, from 1, and those that were trained.
        var epoch: Int, epochs: Int
    }

    /// A candidate that was trained, with or without success.
    struct Trained {
        /// The epochs that were trained.
        var epochs: Int
        /// What came of it; nil where no loss was finite.
        var outcome: Outcome?
        /// Whether `onEpoch` ended it before its last epoch.
        var isStopped: Bool
        /// Where its numbers stopped being finite; nil where they did not, or it was not found.
        var autopsy: Autopsy?
    }

    /// A candidate at the end of an epoch.
    struct Progress {
        var epoch: Int
        var models: Sequential
        var optimizer: OptimizerState
        /// What came of its best epoch.
        var best: Outcome?
    }

    let data: LabeledData
    let dataset: Dataset
    let folds: [Folds.Fold]
    /// Rows that a member sees in an epoch.
    let rowsPerEpoch: Int
    let seed: Int
    /// The columns that may get intervals, with the values that they are made of.
    let columns: [Int]
    /// Called after each epoch; a `TrainingStop` ends the candidate there.
    let onEpoch: (CandidateEpoch, Progress) throws -> Void

    private var isOfClasses: Bool {
        if case .classes = data.targets { true } else { false }
    }

    /// What predictions are cut to; nil for classes.
    var range: ClosedRange<Float>? { data.predictedRange }

    /// Trains a candidate. Once a weight is not finite it ends, since none will be again.
    ///
    /// - Parameters:
    ///   - epochs: how many times a member sees its rows, at most.
    ///   - progress: where to go on; nil to begin.
    func train(
        _ candidate: TableCandidate, epochs: Int, batch: Int, from progress: Progress? = nil
    ) throws -> Trained {
        let outputs = data.targets.outputCount
        let layers = layers(of: candidate)
        let step = try step(candidate)
        var batches = StackedBatches(
            folds, batch: batch, rowsPerEpoch: rowsPerEpoch, seed: seed)
        let perEpoch = batches.steps
        if let progress {
            try step.restore(
                progress.models, progress.optimizer, count: progress.epoch * perEpoch)
            for _ in 0..<progress.epoch { batches.shuffle() }
        }
        let rows = try HostTensor<Int32>(count: folds.count * batches.size)
        let evaluation = try HeldEvaluation(dataset, folds)
        var best = progress?.best
        var epoch = progress?.epoch ?? 0
        let held = folds.flatMap(\.test)
        var autopsy: Autopsy?
        var isStopped = false
        func setRate(_ number: Int) {
            let done = Double((epoch - 1) * perEpoch + number) / Double(epochs * perEpoch)
            step.optimizer.learningRate = candidate.learningRate * Self.schedule(done)
        }
        while epoch < epochs, !Self.isOver(epoch, epochs, best: best?.epoch) {
            epoch += 1
            try Task.checkCancellation()
            batches.shuffle()
            let start = (step.models, step.optimizerState)
            for number in 0..<perEpoch {
                setRate(number)
                batches.write(number, to: rows.values)
                try step.run([rows.tensor])
            }
            let models = step.models
            var predictions = TablePredictions(rows: data.count, width: outputs)
            try evaluation.run(models) { rows, values in
                predictions.write(values, at: rows, isOfClasses: isOfClasses, range: range)
            }
            let value = predictions.loss(data, rows: held)
            if value.isFinite, value <= best?.loss ?? .infinity {
                best = Outcome(
                    candidate: candidate, layers: layers, count: folds.count, members: models,
                    predictions: predictions, loss: value, epoch: epoch, epochs: epoch)
            }
            best?.epochs = epoch
            do {
                try onEpoch(
                    CandidateEpoch(
                        candidate: candidate.name, epoch: epoch, epochs: epochs, loss: value),
                    Progress(
                        epoch: epoch, models: models, optimizer: step.optimizerState, best: best))
            } catch is TrainingStop {
                isStopped = true
                break
            }
            if !value.isFinite, try models.firstNotFinite() != nil {
                autopsy = try self.autopsy(step, from: start, epoch: epoch, steps: perEpoch) {
                    setRate($0)
                    batches.write($0, to: rows.values)
                    return rows.tensor
                }
                break
            }
        }
        return Trained(epochs: epoch, outcome: best, isStopped: isStopped, autopsy: autopsy)
    }

    /// Takes the steps of an epoch again, and finds the first that gives numbers which are not finite; nil
    /// where none does this time.
    ///
    /// - Parameter prepare: sets the rate of a step of the epoch, and gives its rows.
    private func autopsy(
        _ step: StackedStep<Sequential>, from start: (Sequential, OptimizerState), epoch: Int,
        steps: Int, _ prepare: (Int) -> Tensor
    ) throws -> Autopsy? {
        try step.restore(start.0, start.1, count: (epoch - 1) * steps)
        for number in 0..<steps {
            let (models, optimizer, count) = (step.models, step.optimizerState, step.count)
            let rows = prepare(number)
            try step.run([rows])
            let isFinite = try step.losses().allSatisfy(\.isFinite)
            if isFinite, try step.models.firstNotFinite() == nil,
                try step.optimizerState.firstNotFinite() == nil
            {
                continue
            }
            try step.restore(models, optimizer, count: count)
            var autopsy = Autopsy(
                step: try step.graph(for: [rows]), number: count + 1, epoch: epoch,
                rate: step.optimizer.learningRate, rows: Array(0..<data.count))
            return try autopsy.examine() == nil ? nil : autopsy
        }
        return nil
    }

    /// The layers of a member.
    func layers(of candidate: TableCandidate) -> [LayerSpec] {
        candidate.layers(
            columns: columns, outputs: data.targets.outputCount, link: data.targets.link)
    }

    /// The members before their training.
    func members(of candidate: TableCandidate) throws -> [Sequential] {
        let layers = layers(of: candidate)
        let boundaries = candidate.bins > 0 ? intervals(candidate.bins) : []
        return try folds.indices.map { fold in
            try withSeed(seed &* 1000 &+ fold) {
                try Sequential(layers, input: Shape(data.featureShape)).prepared(boundaries)
            }
        }
    }

    /// How members move.
    func optimizer(of candidate: TableCandidate) -> AdamW {
        AdamW(learningRate: candidate.learningRate, beta2: 0.95, decay: candidate.decay)
    }

    func step(_ candidate: TableCandidate) throws -> StackedStep<Sequential> {
        let loss = data.targets.loss
        let weights = dataset.weights.map { [$0] } ?? []
        return try StackedStep(
            try members(of: candidate), optimizer: optimizer(of: candidate), seed: seed,
            shared: [dataset.features, dataset.targets] + weights
        ) { model, inputs in
            let rows = inputs[inputs.count - 1]
            return loss(
                model(inputs[0].gathered(at: rows)), inputs[1].gathered(at: rows),
                weights: weights.isEmpty ? nil : inputs[2].gathered(at: rows))
        }
    }

    /// Whether a cycle has ended that brought nothing better: it is the last.
    static func isOver(_ epoch: Int, _ epochs: Int, best: Int?) -> Bool {
        let ends = cycleEnds.map { Int(($0 * Double(epochs)).rounded()) }
        guard let cycle = ends.firstIndex(of: epoch), cycle > 0, let best else { return false }
        return best <= ends[cycle - 1]
    }

    /// Four cycles of growing length, each rising from 0 and falling back to it: `½ (1 - cos(2π log₂(1 + 15 t)))` (RealMLP's
    /// coslog4, Holzmüller, Grinsztajn and Steinwart, 2024).
    static func schedule(_ done: Double) -> Double {
        0.5 * (1 - cos(2 * .pi * log2(1 + 15 * done)))
    }

    /// The shares of the training at which the rate is 0.
    private static let cycleEnds = [1.0 / 15, 3.0 / 15, 7.0 / 15, 1]

    /// The ends of the intervals of each column: its quantiles, equal ones once.
    private func intervals(_ bins: Int) -> [[Float]] {
        guard case .floats(let values) = data.features else { return [] }
        let width = data.featureShape.reduce(1, *)
        // Quantiles of many rows are those of some.
        let stride = max(1, data.count / 20_000)
        return columns.map { column in
            let sorted = Swift.stride(from: 0, to: data.count, by: stride)
                .map { values[$0 * width + column] }.sorted()
            var ends: [Float] = []
            for bin in 0...bins {
                let position = Double(bin) / Double(bins) * Double(sorted.count - 1)
                let low = Int(position)
                let high = min(low + 1, sorted.count - 1)
                let share = Float(position - Double(low))
                let end = sorted[low] + (sorted[high] - sorted[low]) * share
                if end != ends.last { ends.append(end) }
            }
            return ends
        }
    }
}

/// Members that see all rows, once the folds have told for how long.
extension FoldTraining {
    /// As many members of a candidate as there are folds, trained on all rows until the epoch that was best
    /// for those of the folds, at the rates that these had.
    ///
    /// - Parameter epochs: the epochs that were planned.
    /// - Returns: the members, stacked; nil where a weight is not finite.
    func learnedAllRows(
        _ outcome: Outcome, epochs: Int, batch: Int
    ) throws -> Sequential? {
        let all = Folds.Fold(train: Array(0..<data.count), test: [])
        let whole = FoldTraining(
            data: data, dataset: dataset, folds: folds.map { _ in all }, rowsPerEpoch: data.count,
            seed: seed, columns: columns, onEpoch: { _, _ in })
        let step = try whole.step(outcome.candidate)
        var batches = StackedBatches(
            whole.folds, batch: batch, rowsPerEpoch: data.count, seed: seed)
        let rows = try HostTensor<Int32>(count: folds.count * batches.size)
        for number in 0..<outcome.epoch * batches.steps {
            if number % batches.steps == 0 {
                try Task.checkCancellation()
                batches.shuffle()
            }
            let done = Double(number) / Double(epochs * batches.steps)
            step.optimizer.learningRate = outcome.candidate.learningRate * Self.schedule(done)
            batches.write(number % batches.steps, to: rows.values)
            try step.run([rows.tensor])
        }
        let models = step.models
        return try models.firstNotFinite() == nil ? models : nil
    }
}

extension Sequential {
    /// The network with its intervals set and its last layer at 0, where all outputs begin alike.
    fileprivate func prepared(_ boundaries: [[Float]]) -> Sequential {
        var model = self
        if var first = model.layers[0].layer as? PiecewiseLinearEmbedding {
            first.setBoundaries(boundaries)
            model.layers[0].layer = first
        }
        let last = model.layers.count - 1
        if var output = model.layers[last].layer as? Dense {
            output.weight = Initializer.zeros.parameter(output.weight.shape)
            model.layers[last].layer = output
        }
        return model
    }
}
