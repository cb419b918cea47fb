import KalsaeData
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// Writes the course of a training into a store of runs.
///
/// The metrics `loss` (of single steps, at most one each five milliseconds), `rate` where it changed,
/// and of each epoch `train/loss`, `validation/loss` and `validation/NAME`; numbers are in the
/// target's units. Changes of settings are events.
public struct RecordingCallback: Callback {
    private let recorder: RunRecorder
    private let targets: LabeledData.Targets?
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?
    private var rate: Double?
    private var epoch = 0

    /// Seconds between two steps whose loss is recorded.
    private static let pause = 0.005

    /// Records a training.
    ///
    /// - Parameters:
    ///   - recorder: what takes the numbers.
    ///   - targets: what is learned, where losses and errors are to be in its units.
    public init(_ recorder: RunRecorder, targets: LabeledData.Targets? = nil) {
        (self.recorder, self.targets) = (recorder, targets)
    }

    /// Records the loss, and the rate where it changed.
    public mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
        recorder.reach(step.step)
        let now = clock.now
        guard last.map({ $0.duration(to: now).seconds >= Self.pause }) ?? true else { return }
        last = now
        let step = targets.map { step.inUnits($0) } ?? step
        recorder.metric("loss", step: step.step, epoch: epoch, value: step.loss)
        if step.learningRate != rate {
            rate = step.learningRate
            recorder.metric("rate", step: step.step, epoch: epoch, value: step.learningRate)
        }
    }

    /// Records what was measured.
    public mutating func onEpochEnd(_ record: EpochRecord, _ control: inout TrainingControl) {
        epoch = record.epoch
        let record = targets.map { record.inUnits($0) } ?? record
        func note(_ name: String, _ value: Double) {
            recorder.metric(name, step: record.steps, epoch: record.epoch, value: value)
        }
        note("train/loss", record.loss)
        guard let report = record.validation else { return }
        note("validation/loss", report.loss)
        for (metric, value) in report.ordered { note("validation/\(metric.rawValue)", value) }
    }

    /// Records a change of settings.
    public func onIntervention(_ intervention: Intervention) {
        recorder.event(
            "change", step: intervention.step,
            data: [
                "change": .string("\(intervention.change)"), "reason": .string(intervention.reason),
            ])
    }
}
