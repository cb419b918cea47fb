import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// The record of one call of `kalsae train`: its run in the store, taken up or made anew.
struct Recording {
    let store: Store
    let session: RunSession
    let interval: CheckpointInterval
    /// Whether the run was there before.
    let isResumed: Bool
    /// Where it goes on, until somebody takes it.
    private let origin = Origin()
    let configuration: JSONValue
    /// Where the curves go at the end.
    private let figure: FigureFile?

    var run: Run { session.run }

    private final class Origin {
        var network: TrainingState?
        var table: TableState?
    }

    /// Begins the record; nil where none is wanted, or where the folder takes none, which is said.
    ///
    /// - Parameters:
    ///   - configuration: the options of the call with all that was decided for it.
    ///   - name: what is learned, the run's name where it is given none.
    ///   - fingerprint: what identifies it.
    ///   - model: where the model goes.
    ///   - figure: where the curves go.
    ///   - endsForGood: whether a run that is finished has nothing left to do, as the learning of a
    ///     table; it is refused then, and stays finished.
    ///   - check: throws where a training cannot go on from a state as it is planned; no run is then
    ///     made.
    init?(
        _ options: RecordOptions, configuration: JSONValue, name: String,
        fingerprint: String, seed: Int, model: String, figure: FigureFile? = nil,
        endsForGood: Bool = false, check: (TrainingState?) throws -> Void = { _ in }
    ) throws {
        let interval = try options.interval()
        let kept = try options.kept()
        self.interval = interval
        self.figure = figure
        self.configuration = configuration
        if let resume = options.resume {
            guard !options.noRecord else {
                throw KalsaeError(
                    "--no-record", expected: "a training from its beginning",
                    got: "--resume \(resume), which goes on with its record",
                    advice: "leave one out, or train anew: --config-of \(resume.shellWord)")
            }
            let store = try options.location.store(for: .writing)
            let run = try store.run(resume)
            guard run.dataFingerprint == fingerprint else {
                throw KalsaeError(
                    "run \(run.name)",
                    expected: "the data that it began with (\(run.dataFingerprint))",
                    got: fingerprint,
                    advice: "train anew: kalsae train --config-of \(run.name.shellWord)")
            }
            guard !endsForGood || run.state != .finished else {
                throw KalsaeError(
                    "run \(run.name)", expected: "a table whose learning was stopped",
                    got: "one that is finished", advice: "its model is \(run.modelPath)")
            }
            // What cannot go on stays as it is recorded.
            if endsForGood {
                origin.table = try Self.tableState(of: run, in: store)
            } else {
                origin.network = try Self.lastState(of: run, in: store)
            }
            self.store = store
            session = RunSession(
                try store.reopen(run), in: store, interval: interval, kept: kept)
            isResumed = true
            let reached = origin.network?.progress.fit?.steps ?? origin.table?.epochs ?? 0
            session.recorder.reach(reached)
            session.recorder.event("resumed", step: reached, data: ["options": configuration])
            tellDifference(from: run, at: reached, try store.events(of: run))
            return
        }
        guard !options.noRecord else { return nil }
        isResumed = false
        var refusal: (any Error)?
        do {
            store = try Store(folder: options.location.folder)
            let parent = try options.parent(in: store)
            if let parent {
                origin.network = try Self.state(of: parent.run, at: parent.step, store)
            }
            do { try check(origin.network) } catch {
                refusal = error
                throw error
            }
            var description = RunDescription(name: options.name ?? parent?.run.name ?? name)
            description.parent = parent.map { ($0.run.id, $0.step) }
            description.command = ["kalsae"] + Arguments.given
            description.workingFolder = WorkingFolder.path
            description.version = KalsaeTool.configuration.version
            description.seed = UInt64(bitPattern: Int64(seed))
            description.dataFingerprint = fingerprint
            description.configuration = configuration
            description.modelPath = model
            description.tags = options.tag
            session = RunSession(
                try store.createRun(description), in: store, interval: interval, kept: kept)
            noteRanks(at: 0, before: 1)
        } catch {
            guard refusal == nil, options.name == nil, options.tag.isEmpty, options.branch == nil,
                options.location.runs == nil, options.plot == nil
            else {
                throw error
            }
            let text = (error as? KalsaeError)?.description ?? "\(error)"
            Notice.say("\(text); the training is not recorded")
            return nil
        }
    }

    /// Notes how many ranks train together, where they are not as many as before.
    private func noteRanks(at step: Int, before: Int) {
        let count = LaunchedProcess.rankCount
        guard count != before else { return }
        session.recorder.event(
            ComputingSettings.event, step: step, data: [ComputingSettings.count: .integer(count)])
    }

    /// Tells where a run goes on with another device, precision or number of ranks than it began with.
    private func tellDifference(from run: Run, at step: Int, _ events: [RunEvent]) {
        let ranks = ComputingSettings(of: run, events).ranks
        noteRanks(at: step, before: ranks)
        let begun = ComputingSettings(of: run, events.filter { $0.step == 0 })
        let now = ComputingSettings(
            microBatches: configuration["micro-batches"]?.integer ?? 1)
        guard let difference = now.difference(from: begun) else { return }
        Notice.say("run \(run.name) goes on with \(difference), with which it began")
    }

    /// Where a network's training goes on; nil to begin. It is handed out once.
    func state() -> TrainingState? {
        defer { origin.network = nil }
        return origin.network
    }

    /// Where the learning of a table goes on; nil to begin. It is handed out once.
    func tableState() -> TableState? {
        defer { origin.table = nil }
        return origin.table
    }

    /// Where a branch begins.
    private static func state(
        of run: Run, at step: Int, _ store: Store
    ) throws -> TrainingState {
        let folder = RunSession.checkpoints(of: run, in: store)
        guard let entry = folder.entry(before: step) else {
            throw KalsaeError(
                "run \(run.name)", expected: "a checkpoint of step \(step)", got: "none")
        }
        var state = try TrainingState(path: entry.path)
        // The plan is another one.
        state.progress.fit?.planned = 0
        return state
    }

    /// The newest checkpoint that can be read; nil where there is none.
    private static func lastState(of run: Run, in store: Store) throws -> TrainingState? {
        let folder = RunSession.checkpoints(of: run, in: store)
        let entries = folder.entries
        guard !entries.isEmpty else {
            Notice.say("run \(run.name) has no checkpoint yet: it begins anew")
            return nil
        }
        var fault: (any Error)?
        var damaged: [CheckpointFolder.Entry] = []
        let ordered = entries.filter { !$0.isBest }.reversed() + entries.filter(\.isBest)
        for (index, entry) in ordered.enumerated() {
            do {
                let state = try TrainingState(path: entry.path)
                for entry in damaged { try setAside(entry, of: run, in: store) }
                return state
            } catch {
                damaged.append(entry)
                let text = (error as? KalsaeError)?.description ?? "\(error)"
                if index + 1 < ordered.count { Notice.say("\(text); the one before it is taken") }
                fault = fault ?? error
            }
        }
        throw fault ?? KalsaeError(folder.path, expected: "a checkpoint", got: "none")
    }

    /// Takes a checkpoint that cannot be read off the list; its file stays under another name.
    private static func setAside(
        _ entry: CheckpointFolder.Entry, of run: Run, in store: Store
    ) throws {
        let name = try CheckpointFolder.setAside(entry)
        try store.forgetCheckpoint(path: "checkpoints/\(name)", of: run)
    }

    private static func tableState(of run: Run, in store: Store) throws -> TableState? {
        let path = TableRecording.path(of: run, in: store)
        guard FileIdentity.isRegular(path) else {
            Notice.say("run \(run.name) has no checkpoint yet: it begins anew")
            return nil
        }
        return try TableState(path: path)
    }

    /// Notes what was measured at the end.
    func note(_ part: String, _ report: Report?, step: Int) {
        session.recorder.note(part, report, step: step)
    }

    /// The run in the object that `--json` prints.
    var members: [JSONValue.Member] {
        [
            JSONValue.Member(
                "run",
                ["id": .string(run.id), "name": .string(run.name), "folder": .string(store.folder)])
        ]
    }

    /// Prints which run it is, in a terminal's width.
    func tell() throws {
        let line = "run: \(run.name)"
        let hint = ", see `kalsae runs show \(run.name.shellWord)`"
        try Console.print(line.count + hint.count <= 80 ? line + hint : line)
    }

    /// What goes on with it.
    var resumeCommand: String {
        let folder =
            store.folder == EnvironmentFlag.runs.value ? "" : " --runs \(store.folder.shellWord)"
        return "kalsae train --resume \(run.name.shellWord)\(folder)"
    }

    /// Tells how a training that was stopped goes on.
    func tellResume() {
        Console.tell("go on with: \(resumeCommand)")
    }

    /// Ends the record.
    func finish(_ state: RunState, model: String, last: TrainingState? = nil) {
        session.recorder.artifact(
            RunArtifact(
                name: FileIdentity.stem(of: model), kind: "model", path: model,
                fingerprint: Store.fingerprint(ofFile: model)))
        session.finish(state, last: last)
    }

    /// Draws the curves, where they are wanted.
    func drawFigure() throws {
        try figure?.write(RunFigure().figure([run], in: store), width: 640, height: 400)
    }

    /// Where a step that is not finite goes.
    var autopsyPath: String { "\(store.folder(of: run))/autopsy.safetensors" }

    /// Notes an autopsy, where one was written.
    func noteAutopsy() {
        guard FileIdentity.isRegular(autopsyPath) else { return }
        session.recorder.artifact(
            RunArtifact(name: "autopsy", kind: "autopsy", path: autopsyPath))
    }
}
