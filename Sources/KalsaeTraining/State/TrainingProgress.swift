import KalsaeOptimizers
import KalsaeSupport

/// Where a training stands, apart from its tensors: plain data that can be encoded.
///
/// Losses that are not finite may be part of it: encode JSON with a strategy for them.
public struct TrainingProgress: Codable, Sendable, Equatable {
    /// The optimizer's type.
    public var optimizer: String
    /// The seed of the order of batches and of layers' random numbers.
    public var seed: Int
    /// All steps that the trainer took; random numbers and bias corrections count by it.
    public var stepCount: Int
    /// Epochs of all calls of `fit`.
    public var epochsBegun: Int
    /// The learning rate on which a schedule builds.
    public var learningRate: Double
    /// The last call of `fit`, which a training can go on with; nil before the first.
    public var fit: FitProgress?
}

extension TrainingProgress {
    /// More than any training has, and far from the end of Int.
    private static let most = 1 << 53

    /// Throws for numbers that no training can have, as those of a damaged file.
    func check() throws(KalsaeError) {
        try LearningRate.check(learningRate)
        try check("stepCount", stepCount)
        try check("epochsBegun", epochsBegun)
        guard let fit else { return }
        try check("steps", fit.steps)
        try check("epochSteps", fit.epochSteps)
        try check("position's epoch", fit.position.epoch, from: 1)
        try check("position's batch", fit.position.batch)
        try check("epochs without a better one", fit.best.waited)
        try check("plateau's epochs", fit.plateau?.waited ?? 0)
        try check("plateau's cooldown", fit.plateau?.cooling ?? 0)
        try check("last epoch's steps", fit.history.steps)
        try check("epochs", fit.history.epochCount)
        for intervention in fit.interventions ?? [] {
            try check("intervention's step", intervention.step)
        }
        try check("planned changes", fit.planned ?? 0)
        for (name, value) in [
            ("rateScale", fit.rateScale), ("plateau's scale", fit.plateau?.scale ?? 1),
        ] where !SettingRule.notNegative.allows(value) {
            throw fault("\(name) \(SettingRule.notNegative.rawValue)", "\(value)")
        }
    }

    private func check(_ name: String, _ value: Int, from least: Int = 0) throws(KalsaeError) {
        guard (least...Self.most).contains(value) else {
            throw fault("\(name) from \(least) to \(Self.most)", "\(value)")
        }
    }

    private func fault(_ expected: String, _ got: String) -> KalsaeError {
        KalsaeError(
            "training state", expected: expected, got: got,
            advice: "use a state that a trainer gave")
    }
}

/// Where a call of `fit` stands.
public struct FitProgress: Codable, Sendable, Equatable {
    /// The epochs that are over.
    public var history = History()
    /// Steps taken in this call.
    public var steps = 0
    /// Whether an epoch has begun and is not over.
    public var isEpochOpen = false
    /// Steps taken in the open epoch.
    public var epochSteps = 0
    /// The sum of weight · loss over the epoch's batches, each before its update.
    public var lossSum = 0.0
    /// The sum of the batches' weights: their rows, or the rows' weights.
    public var weightSum = 0.0
    /// Seconds of the epoch before the training was stopped in it.
    public var secondsBefore = 0.0
    /// The learning rate of the last step.
    public var lastRate = 0.0
    /// What reductions on plateaus have made of the rate.
    public var rateScale = 1.0
    /// What the rule for plateaus remembers.
    public var plateau: PlateauReduction.State?
    /// What early stopping remembers, but for the weights.
    public var best = BestEpoch()
    /// Where the source of batches stands.
    public var position = BatchPosition()
    /// What callbacks remember, in their order.
    public var callbacks: [[String: Double]] = []
    /// What was changed in this call, in order; nil where nothing was.
    public var interventions: [Intervention]?
    /// How many of the planned changes were made, where any were planned.
    public var planned: Int?
    /// What the guard against divergence remembers, where there is one.
    public var divergence: DivergenceGuard.State?

    /// The validation loss of the best epoch, whatever it is judged by; nil before the first.
    var bestLoss: Double? {
        guard let epoch = best.epoch else { return nil }
        return history.epochs.last { $0.epoch == epoch }?.validation?.loss
    }

    /// The mean loss of the open epoch so far, every row by its weight; 0 where no row counts.
    var meanLoss: Double { weightSum == 0 ? 0 : lossSum / weightSum }
}

/// The epoch with the lowest validation loss.
public struct BestEpoch: Codable, Sendable, Equatable {
    /// Which one; nil before the first.
    public var epoch: Int?
    /// Its validation loss.
    public var loss = 0.0
    /// Epochs since.
    public var waited = 0
}
