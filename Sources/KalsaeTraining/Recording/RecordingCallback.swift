import KalsaeData
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// Writes the course of a training into a store of runs: the metrics of ``MetricCallback``, and changes
/// of settings as events.
public struct RecordingCallback: Callback {
    private let recorder: RunRecorder
    private var metrics: MetricCallback

    /// Records a training.
    ///
    /// - Parameters:
    ///   - recorder: what takes the numbers.
    ///   - targets: what is learned, where losses and errors are to be in its units.
    public init(_ recorder: RunRecorder, targets: LabeledData.Targets? = nil) {
        self.recorder = recorder
        metrics = MetricCallback(recorder, targets: targets)
    }

    /// Records the loss, and the rate where it changed.
    public mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
        recorder.reach(step.step)
        metrics.onStepEnd(step, &control)
    }

    /// Records what was measured.
    public mutating func onEpochEnd(_ record: EpochRecord, _ control: inout TrainingControl) {
        metrics.onEpochEnd(record, &control)
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
