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
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private var steps = 0
    private var bestLoss: Double?

    /// Writes by an interval.
    ///
    /// - Parameters:
    ///   - writer: what writes; flush it once `fit` has returned.
    ///   - interval: when, beside the ends of epochs with the least validation loss so far.
    public init(_ writer: CheckpointWriter, interval: CheckpointInterval = .automatic) {
        (self.writer, self.interval) = (writer, interval)
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
        guard let loss = epoch.validation?.loss, loss < bestLoss ?? .infinity else { return }
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
