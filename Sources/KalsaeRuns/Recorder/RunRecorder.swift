import Dispatch
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// Records a run while it trains: every call takes some nanoseconds and throws nothing.
///
/// A thread of its own writes what was recorded, at least each quarter of a second. Where the disc
/// is full or the store is gone, training goes on: that is said once, the newest
/// `RunRecorder.capacity` points are kept in memory, and are written when there is space again.
public final class RunRecorder: Sendable {
    /// Points that are kept while they cannot be written; whoever records more than are written
    /// waits for the writer.
    public static let capacity = 1 << 18

    /// The run.
    public let run: Run
    private let store: Store
    private let worker: RecorderWorker
    private let reached = Atomic<Int>(0)

    /// The steps done, as far as ``reach(_:)`` was told.
    public var step: Int { reached.load(ordering: .relaxed) }

    /// Begins to record a run.
    ///
    /// - Parameters:
    ///   - run: a run of the store.
    ///   - store: a store opened for writing.
    ///   - say: takes the line that is said when the store cannot be written, and when it can again.
    public convenience init(
        _ run: Run, in store: Store, say: @escaping @Sendable (String) -> Void = { Notice.say($0) }
    ) {
        self.init(run, in: store, timing: RecorderTiming(), say: say)
    }

    package init(
        _ run: Run, in store: Store, timing: RecorderTiming,
        say: @escaping @Sendable (String) -> Void
    ) {
        (self.run, self.store) = (run, store)
        worker = RecorderWorker(run: run, store: store, timing: timing, say: say)
        let worker = worker
        DispatchQueue(label: "kalsae.recorder").async { worker.loop() }
    }

    deinit { worker.close() }

    /// Records the value of a metric at a step.
    ///
    /// - Parameters:
    ///   - name: the name of the metric.
    ///   - step: steps done; a step that comes again hides what was recorded of it and behind it.
    ///   - epoch: epochs done, where that is known.
    ///   - value: the value; infinite ones and those that are no numbers are kept as they are.
    public func metric(_ name: String, step: Int, epoch: Int?, value: Double) {
        let time = max(Timestamp.coarse - run.created, 0)
        worker.add(
            RecorderBatch.Point(
                name: name, point: MetricPoint(step: step, epoch: epoch, time: time, value: value)))
    }

    /// Records the value of a metric at a step, where the epoch is not known.
    public func metric(_ name: String, step: Int, value: Double) {
        metric(name, step: step, epoch: nil, value: value)
    }

    /// Notes the steps done, for events whose step nobody else knows, as a failure's; nothing is
    /// written.
    public func reach(_ step: Int) { reached.store(step, ordering: .relaxed) }

    /// Hides what was recorded behind a step: each metric's last point up to it is recorded once more. One
    /// whose first point lies behind it is hidden by its next point.
    public func rollBack(to step: Int) {
        flush()
        for metric in (try? store.metrics(of: run)) ?? [] where metric.last.step > step {
            let kept = try? store.points(metric.name, of: run, steps: 0...max(step, 0), limit: 8)
            guard let last = kept?.last else { continue }
            self.metric(metric.name, step: last.step, epoch: last.epoch, value: last.value)
        }
        flush()
    }

    /// Records that something happened.
    public func event(
        _ kind: String, step: Int, author: String = "kalsae", data: JSONValue = .object([])
    ) {
        worker.add(.event(RunEvent(kind, step: step, author: author, data: data)))
    }

    /// Records a checkpoint.
    public func checkpoint(_ checkpoint: RunCheckpoint) { worker.add(.checkpoint(checkpoint)) }

    /// Records a file that the run made.
    public func artifact(_ artifact: RunArtifact) { worker.add(.artifact(artifact)) }

    /// The commands that came since the last call; each comes once, at most a tenth of a second
    /// after it was sent.
    public func pendingCommands() -> [RunCommand] { worker.takeCommands() }

    /// Says what became of a command.
    public func answer(
        _ command: RunCommand, _ state: RunCommand.State, step: Int, _ text: String = ""
    ) {
        worker.add(.answer(command: command.id, state: state, step: step, text: text))
    }

    /// Writes what is left and notes how the run ended; returns when that is done, or after some
    /// seconds in which the store could not be written.
    public func finish(state: RunState) {
        worker.add(.end(state, time: Timestamp.now))
        worker.close()
        worker.waitForEnd()
    }

    /// Returns when everything recorded before was written, or cannot be at the moment.
    public func flush() { worker.flush() }
}
