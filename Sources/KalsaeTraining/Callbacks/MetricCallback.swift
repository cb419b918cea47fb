import KalsaeData
import KalsaeRuns
import KalsaeSupport

/// Hands the numbers of a training to a `MetricSink`, as a log file.
///
/// `loss` of single steps (at most one each five milliseconds), `rate` where it changed; of each epoch
/// `train/loss`, `validation/loss`, `validation/NAME`, `time/waiting` (the share of its time in which it
/// waited for data) and, where it changed, `compilations`; and where a trainer observes gradients, at
/// most each twentieth of a second, `gradient/LAYER` (the norm of a layer's gradient) and
/// `update/LAYER` (the norm of its update by that of its parameters).
///
/// ```swift
/// options.callbacks.append(MetricCallback(try MetricLog(path: "log.csv")))
/// ```
public struct MetricCallback: Callback {
    private let sink: any MetricSink
    private let targets: LabeledData.Targets?
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant?
    private var lastNorms: ContinuousClock.Instant?
    private var rate: Double?
    private var compilations = 0

    /// Seconds between two steps whose loss is told, and whose norms are.
    private static let pause = 0.005, normPause = 0.05

    /// Tells a sink of a training.
    ///
    /// - Parameters:
    ///   - sink: what takes the numbers.
    ///   - targets: what is learned, where losses and errors are to be in its units.
    public init(_ sink: any MetricSink, targets: LabeledData.Targets? = nil) {
        (self.sink, self.targets) = (sink, targets)
    }

    /// Tells the loss, the rate where it changed, and norms of layers.
    public mutating func onStepEnd(_ step: StepRecord, _ control: inout TrainingControl) {
        let now = clock.now
        guard last.map({ $0.duration(to: now).seconds >= Self.pause }) ?? true else { return }
        last = now
        let step = targets.map { step.inUnits($0) } ?? step
        sink.metric("loss", step: step.step, epoch: step.epoch, value: step.loss)
        if step.learningRate != rate {
            rate = step.learningRate
            sink.metric("rate", step: step.step, epoch: step.epoch, value: step.learningRate)
        }
        guard control.observesNorms,
            lastNorms.map({ $0.duration(to: now).seconds >= Self.normPause }) ?? true
        else { return }
        lastNorms = now
        for layer in ParameterNorms.byLayer(control.norms) {
            sink.metric(
                "gradient/\(layer.name)", step: step.step, epoch: step.epoch, value: layer.gradient)
            sink.metric(
                "update/\(layer.name)", step: step.step, epoch: step.epoch, value: layer.updateRatio
            )
        }
    }

    /// Tells what was measured.
    public mutating func onEpochEnd(_ record: EpochRecord, _ control: inout TrainingControl) {
        let record = targets.map { record.inUnits($0) } ?? record
        func note(_ name: String, _ value: Double) {
            sink.metric(name, step: record.steps, epoch: record.epoch, value: value)
        }
        note("train/loss", record.loss)
        let work = control.work
        if work.seconds > 0 { note("time/waiting", min(work.waiting / work.seconds, 1)) }
        if work.compilations != compilations {
            compilations = work.compilations
            note("compilations", Double(compilations))
        }
        guard let report = record.validation else { return }
        sink.note("validation", report, step: record.steps, epoch: record.epoch)
    }

    /// Writes what the sink holds.
    public func onTrainEnd(_ history: History) { sink.flush() }
}

extension MetricSink {
    /// Notes what was measured on a part, as `test/loss` and `test/accuracy`.
    package func note(_ part: String, _ report: Report?, step: Int, epoch: Int? = nil) {
        guard let report else { return }
        metric("\(part)/loss", step: step, epoch: epoch, value: report.loss)
        for (name, value) in report.ordered {
            metric("\(part)/\(name.rawValue)", step: step, epoch: epoch, value: value)
        }
    }
}
