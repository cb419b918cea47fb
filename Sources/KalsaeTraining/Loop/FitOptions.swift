import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// How to train: everything that ``Trainer``'s `fit` takes beside the data, with the defaults of
/// Keras.
///
/// ```swift
/// let options = FitOptions(
///     epochs: 20, batch: 100, validation: digits.validation, callbacks: [HalveTheRate(every: 5)])
/// let history = try await trainer.fit(digits.train, options)
/// ```
public struct FitOptions: Sendable {
    /// How many times every row is seen.
    public var epochs: Int
    /// The number of steps instead; epochs follow from it.
    public var steps: Int?
    /// The number of steps of an epoch; without it, as many as the source has batches.
    public var stepsPerEpoch: Int?
    /// How many steps are taken together, between two boundaries at which callbacks act, as Keras'
    /// `steps_per_execution`; 1 by default. A small network on an accelerator takes less time then: the
    /// program waits once for all, and where a step is one kernel, so are they. The numbers are the same.
    /// Rows of a data set in memory only, without a guard against divergence, norms or ranks; they
    /// end where the epoch does.
    public var stepsPerExecution = 1
    /// Rows per step, of a data set; the last batch of an epoch may be smaller.
    public var batch: Int
    /// Which rows of a data set make a batch.
    public var order: BatchOrder
    /// What becomes of rows of a data set that do not fill a batch. One row alone joins the batch
    /// before where the model takes no batch of one row, as with batch norm.
    public var lastBatch = LastBatch.kept
    /// What is measured after each epoch, and not trained on.
    public var validation: (any BatchSource)?
    /// After how many epochs it is measured each time.
    public var validationFrequency = 1
    /// What early stopping, plateaus and the best checkpoint judge epochs by: `loss`, or the name of
    /// one of the trainer's metrics, of the validation data. A name that there is not is refused
    /// before the first step.
    public var monitor = "loss"
    /// When to end early; needs validation data.
    public var earlyStopping: EarlyStopping?
    /// What the learning rate is multiplied with at each step of the call.
    public var schedule: LearningRateSchedule?
    /// Lowers the rate when the validation loss no longer falls; needs validation data.
    public var plateau: PlateauReduction?
    /// What acts at step boundaries, in this order.
    public var callbacks: [any Callback]
    /// Whether a loss that is not finite brings back model and optimizer of the last epoch's end (of
    /// the call's beginning in the first epoch) before the error is thrown; it costs a copy of both
    /// each epoch.
    public var restoresLastEpochOnDivergence = false
    /// Goes back by itself where the loss diverges; nil to end there with an error.
    public var divergence: DivergenceGuard?
    /// Where a step whose numbers are not finite is written for an ``Autopsy``; nil for nowhere. The
    /// training keeps a copy of model and optimizer to find it, renewed each two seconds or, of large
    /// models, less often.
    public var autopsyPath: String?
    /// Changes to make, each behind its step: those of another training replay it.
    public var interventions: [Intervention] = []

    /// What ranks above 0 of a group call behind each step, with its number.
    package var onFollowedStep: (@Sendable (Int) -> Void)?

    /// Options, by default those of Keras; the rarer ones are properties.
    ///
    /// - Parameters:
    ///   - epochs: how many times every row is seen.
    ///   - steps: the number of steps instead.
    ///   - batch: rows per step.
    ///   - order: which rows make a batch.
    ///   - validation: data that are measured after each epoch.
    ///   - earlyStopping: when to end early.
    ///   - schedule: what the learning rate is multiplied with.
    ///   - plateau: lowers the rate when the validation loss no longer falls.
    ///   - callbacks: what acts at step boundaries.
    public init(
        epochs: Int = 1, steps: Int? = nil, batch: Int = 32, order: BatchOrder = .shuffled,
        validation: Dataset? = nil, earlyStopping: EarlyStopping? = nil,
        schedule: LearningRateSchedule? = nil, plateau: PlateauReduction? = nil,
        callbacks: [any Callback] = []
    ) {
        (self.epochs, self.steps, self.batch, self.order) = (epochs, steps, batch, order)
        self.validation = validation?.batches(of: EvaluationBatch.rows)
        self.earlyStopping = earlyStopping
        (self.schedule, self.plateau, self.callbacks) = (schedule, plateau, callbacks)
    }

    /// Throws where no metric has the name that epochs are judged by.
    static func check(monitor: String, _ metrics: [Metric]) throws(KalsaeError) {
        let names = ["loss"] + metrics.map(\.rawValue)
        guard !names.contains(monitor) else { return }
        throw KalsaeError(
            "monitor", expected: names.joined(separator: ", "), got: "\"\(monitor)\"",
            advice: SpellingSuggestion.advice(monitor, in: names))
    }

    /// Throws where options make no sense.
    func check() throws(KalsaeError) {
        guard batch > 0, epochs >= 0, validationFrequency > 0 else {
            throw KalsaeError(
                "fit", expected: "a batch of at least 1 and epochs of at least 0",
                got:
                    "batch \(batch), \(epochs.counting("epoch")), validation every \(validationFrequency)"
            )
        }
        guard stepsPerExecution > 0 else {
            throw KalsaeError(
                "fit", expected: "at least 1 step per execution", got: "\(stepsPerExecution)")
        }
        guard steps ?? 0 >= 0, stepsPerEpoch ?? 1 > 0 else {
            throw KalsaeError(
                "fit", expected: "at least 0 steps, and at least 1 an epoch",
                got: "\(steps ?? 0) steps, \(stepsPerEpoch ?? 1) an epoch")
        }
        try schedule?.check()
        try plateau?.check()
        try divergence?.check()
        if earlyStopping != nil || plateau != nil, validation == nil {
            throw KalsaeError(
                plateau == nil ? "early stopping" : "plateau", expected: "validation data",
                got: "none", advice: "pass validation: to fit")
        }
    }

    /// The batches of a set as these options say.
    func batches(of data: Dataset, seed: Int) throws(KalsaeError) -> DatasetBatches {
        guard data.count > 0, batch > 0 else {
            throw KalsaeError(
                "fit", expected: "data, and a batch of at least 1",
                got: "\(data.count.counting("row")), batch \(batch)")
        }
        // Rows drawn with replacement are listed before the epoch begins.
        guard order != .withReplacement || batch <= max(data.count, 1 << 20) else {
            throw KalsaeError(
                "fit", expected: "a batch of at most \(max(data.count, 1 << 20).counting("row"))",
                got: "\(batch)")
        }
        return DatasetBatches(data, size: batch, order: order, last: lastBatch, seed: seed)
    }
}

/// How data are measured where nothing else is said.
enum EvaluationBatch {
    /// Rows that are measured at once.
    static let rows = 1000
}
