import KalsaeData
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Synchronization

/// A training that is recorded as a run, obeys commands, and is written down in checkpoints.
///
/// ```swift
/// let store = try Store(folder: "kalsae-runs")
/// let session = try RunSession(store.createRun(RunDescription(name: "digits")), in: store)
/// options.callbacks += session.callbacks()
/// let history = try await trainer.fit(data, options)
/// session.finish(.finished, last: try await trainer.state)
/// ```
public final class RunSession: Sendable {
    /// The run.
    public let run: Run
    /// What records it.
    public let recorder: RunRecorder
    /// What writes its checkpoints.
    public let writer: CheckpointWriter
    private let interval: CheckpointInterval
    private let keepsBest: Bool
    private let observer: Observer

    /// Who wants to know of checkpoints.
    private final class Observer: Sendable {
        let body = Mutex<(@Sendable (Int) -> Void)?>(nil)
    }

    /// The folder of a run's checkpoints inside of its own.
    public static func checkpoints(of run: Run, in store: Store) -> CheckpointFolder {
        CheckpointFolder("\(store.folder(of: run))/checkpoints")
    }

    /// Begins to record a run.
    ///
    /// - Parameters:
    ///   - run: a run of the store, made or reopened by this process.
    ///   - store: where it is recorded, opened for writing.
    ///   - interval: when checkpoints are written, beside those of the best epochs.
    ///   - keepsBest: whether each best epoch has a checkpoint of its own.
    ///   - kept: how many of the newest checkpoints stay beside the best; `.max` for all.
    ///   - keepsOlder: whether a selection of those before them stays, the denser the nearer to the
    ///     end.
    ///   - bytes: how much space they may have together; nil for any.
    ///   - say: takes a line about a disc that is full, or has space again.
    public init(
        _ run: Run, in store: Store, interval: CheckpointInterval = .automatic,
        keepsBest: Bool = true, kept: Int = 12, keepsOlder: Bool = true, bytes: Int? = nil,
        say: @escaping @Sendable (String) -> Void = { Notice.say($0) }
    ) {
        let recorder = RunRecorder(run, in: store, say: say)
        let folder = Self.checkpoints(of: run, in: store)
        (self.run, self.recorder, self.interval) = (run, recorder, interval)
        self.keepsBest = keepsBest
        let observer = Observer()
        self.observer = observer
        writer = CheckpointWriter(
            folder, kept: kept, keepsOlder: keepsOlder, bytes: bytes
        ) { event in
            switch event {
            case .written(let entry, let progress):
                let name = entry.path.split(separator: "/").last.map(String.init) ?? entry.path
                recorder.checkpoint(
                    RunCheckpoint(
                        step: entry.step, epoch: progress.fit?.history.epochCount ?? 0,
                        path: "checkpoints/\(name)", metric: progress.fit?.bestLoss,
                        isBest: entry.isBest, bytes: entry.bytes))
                observer.body.withLock { $0 }?(entry.step)
            case .failed(let error):
                say("\(error.description); training goes on, and the last checkpoints stay")
            case .recovered: say("\(folder.path): checkpoints are written again")
            }
        }
    }

    /// Calls `body` with the step of each checkpoint that is written from now on, on the thread that
    /// writes.
    public func observeCheckpoints(_ body: @escaping @Sendable (Int) -> Void) {
        observer.body.withLock { $0 = body }
    }

    /// What records, steers and writes, in this order: put them behind other callbacks.
    ///
    /// - Parameters:
    ///   - targets: what is learned, where numbers are to be in its units.
    ///   - monitor: what the best checkpoint is judged by: `loss`, or a metric of the trainer.
    ///   - isInterrupted: whether a pause is to end because the process is asked to.
    public func callbacks(
        targets: LabeledData.Targets? = nil, monitor: String = "loss",
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) -> [any Callback] {
        [
            RecordingCallback(recorder, targets: targets),
            SteeringCallback(recorder, writer, isInterrupted: isInterrupted),
            CheckpointCallback(
                writer, interval: interval, monitor: monitor, keepsBest: keepsBest),
        ]
    }

    /// Writes a checkpoint at once, and waits until it is on the disc, or was refused by it.
    ///
    /// - Parameter state: the training where it stands.
    public func keep(_ state: TrainingState) {
        writer.write(state)
        writer.flush()
    }

    /// Writes the last checkpoint and the end of the run, and waits until both are on the disc, or were
    /// refused by it.
    ///
    /// - Parameters:
    ///   - state: how it ended.
    ///   - last: the training at its end, from which it can go on; nil to leave the last checkpoint.
    public func finish(_ state: RunState, last: TrainingState? = nil) {
        if let last { writer.write(last) }
        writer.flush()
        recorder.finish(state: state)
    }
}
