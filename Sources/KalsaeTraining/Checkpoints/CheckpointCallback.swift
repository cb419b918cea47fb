/// Writes a training down while it goes on: at an interval, at each best epoch, and where it ends.
///
/// ```swift
/// let writer = CheckpointWriter(CheckpointFolder("digits-checkpoints"))
/// options.callbacks.append(CheckpointCallback(writer, interval: .steps(100)))
/// ```
///
/// Put it behind other callbacks: what they change at a boundary is part of its checkpoint.
public struct CheckpointCallback: Callback {
    private let writer: CheckpointWriter
    private let interval: CheckpointInterval
    private let monitor: String
    private let keepsBest: Bool
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private var steps = 0
    private var bestLoss: Double?

    /// Writes by an interval.
    ///
    /// - Parameters:
    ///   - writer: what writes; flush it once `fit` has returned.
    ///   - interval: when, beside the ends of the best epochs so far.
    ///   - monitor: what epochs are judged by: `loss`, or the name of a metric of the trainer.
    ///   - keepsBest: whether each best epoch has a checkpoint of its own; its weights are part of
    ///     every later one all the same.
    public init(
        _ writer: CheckpointWriter, interval: CheckpointInterval = .automatic,
        monitor: String = "loss", keepsBest: Bool = true
    ) {
        (self.writer, self.interval, self.monitor) = (writer, interval, monitor)
        self.keepsBest = keepsBest
        last = clock.now
    }

    /// Looks whether one is due.
    public mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
        steps = step.step
        writeIfDue(&control, epoch: nil)
    }

    /// Looks whether one is due, or the epoch is the best so far.
    public mutating func onEpochEnd(_ epoch: EpochRecord, _ control: inout TrainingControl) {
        steps = epoch.steps
        writeIfDue(&control, epoch: epoch.epoch)
        guard keepsBest, let loss = epoch.validation?.score(monitor),
            loss < bestLoss ?? .infinity
        else { return }
        bestLoss = loss
        control.checkpoint { [writer] state in writer.write(state, isBest: true) }
    }

    /// The best loss, so that a training which is resumed keeps its best checkpoint.
    public var memory: [String: Double] {
        get { bestLoss.map { ["best": $0] } ?? [:] }
        set { bestLoss = newValue["best"] }
    }

    private mutating func writeIfDue(_ control: inout TrainingControl, epoch: Int?) {
        let seconds = last.duration(to: clock.now).seconds
        guard interval.isDue(steps: steps, epoch: epoch, seconds: seconds) else { return }
        last = clock.now
        control.checkpoint { [writer] state in writer.write(state) }
    }
}
