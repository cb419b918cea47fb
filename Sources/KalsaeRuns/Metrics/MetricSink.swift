/// What takes the values of metrics while a training goes on: a run's record, or a log file.
public protocol MetricSink: Sendable {
    /// Takes the value of a metric at a step; costs some nanoseconds and throws nothing.
    ///
    /// - Parameters:
    ///   - name: the name of the metric.
    ///   - step: steps done.
    ///   - epoch: the epoch that the step is part of, from 1, where that is known.
    ///   - value: the value.
    func metric(_ name: String, step: Int, epoch: Int?, value: Double)

    /// Writes what is held, where anything is.
    func flush()
}

extension RunRecorder: MetricSink {}
