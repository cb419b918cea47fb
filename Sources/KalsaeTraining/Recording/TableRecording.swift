import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// Records the learning of a table in a run, writes its state down, and does what a person can ask of
/// it: pause, continue, checkpoint, note, stop.
///
/// Steps are the epochs of all candidates together. The state of the last checkpoint is one file.
public final class TableRecording {
    private let session: RunSession
    private let interval: CheckpointInterval
    private let isInterrupted: () -> Bool
    private let clock = ContinuousClock()
    private var last: ContinuousClock.Instant
    private var step: Int
    private var isAsked = false
    private var hasFailed = false

    /// Seconds between two states where nobody says how many.
    private static let pause = 10.0

    /// Prepares the record.
    ///
    /// - Parameters:
    ///   - session: the run.
    ///   - interval: when the state is written; by itself every ten seconds, and with steps at each
    ///     epoch.
    ///   - state: where the learning goes on.
    ///   - isInterrupted: whether the process is asked to end, so that the state is written at once.
    public init(
        _ session: RunSession, interval: CheckpointInterval = .automatic, from state: TableState?,
        isInterrupted: @escaping () -> Bool = { false }
    ) {
        (self.session, self.interval, self.isInterrupted) = (session, interval, isInterrupted)
        step = state?.epochs ?? 0
        session.recorder.reach(step)
        last = clock.now
    }

    /// Where the state of a run lies.
    public static func path(of run: Run, in store: Store) -> String {
        path(in: RunSession.checkpoints(of: run, in: store))
    }

    /// Writes the state where that is due.
    public func onState(_ state: () throws -> TableState) throws {
        step += 1
        session.recorder.reach(step)
        obey()
        let seconds = last.duration(to: clock.now).seconds
        let isDue =
            switch interval {
            case .automatic: seconds >= Self.pause
            case .steps: true
            case .seconds(let least): seconds >= least
            case .epochs(let count): step % count == 0
            }
        guard isDue || isAsked || isInterrupted() else { return }
        (last, isAsked) = (clock.now, false)
        write(try state())
    }

    /// Writes the state in which all was tried, which is then only to be averaged and measured.
    public func onTried(_ state: () throws -> TableState) throws { write(try state()) }

    /// Records an epoch; throws a ``TrainingStop`` where somebody asked for the end.
    public func onEpoch(_ epoch: CandidateEpoch) throws {
        session.recorder.metric(
            "\(epoch.candidate)/loss", step: step, epoch: epoch.epoch, value: epoch.loss)
        if let stop {
            throw TrainingStop(stop)
        }
    }

    private var stop: String?

    private func write(_ state: TableState) {
        let folder = session.writer.folder
        do {
            try folder.create()
            let path = Self.path(in: folder)
            try state.save(to: path)
            session.recorder.checkpoint(
                RunCheckpoint(step: step, epoch: step, path: "checkpoints/\(Self.name)"))
            if hasFailed { Notice.say("\(path): the state is written again") }
            hasFailed = false
        } catch {
            let text = (error as? KalsaeError)?.description ?? "\(error)"
            if !hasFailed { Notice.say("\(text); learning goes on, and the last state stays") }
            hasFailed = true
        }
    }

    private func obey() {
        var isPaused = false
        repeat {
            for command in session.recorder.pendingCommands() {
                let verb = SteeringVerb(rawValue: command.verb)
                session.recorder.event(
                    "steer", step: step, author: command.author,
                    data: ["verb": .string(command.verb), "data": command.data])
                switch verb {
                case .pause: isPaused = true
                case .continue: isPaused = false
                case .checkpoint: isAsked = true
                case .note: break
                case .stop:
                    (isPaused, isAsked, stop) = (false, true, "stopped by \(command.author)")
                case .set, .schedule, .rollback, nil:
                    session.recorder.answer(
                        command, .refused, step: step,
                        "steer: expected pause, continue, checkpoint, note or stop of the learning of "
                            + "a table, got \(command.verb); one plain network takes all verbs "
                            + "(--network)")
                    continue
                }
                session.recorder.answer(command, .applied, step: step)
            }
            guard isPaused, !isInterrupted(), !Task.isCancelled else { return }
            Pause.milliseconds(10)
        } while true
    }

    private static let name = "table.safetensors"

    private static func path(in folder: CheckpointFolder) -> String { "\(folder.path)/\(name)" }
}
