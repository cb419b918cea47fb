import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// The recorded run of a trial: made anew, or that of a worker that is gone.
struct TrialRecording {
    let session: RunSession
    let store: Store
    /// Where the training goes on; nil to begin.
    let state: TrainingState?

    /// Where the model goes.
    var modelPath: String { "\(store.folder(of: session.run))/model.safetensors" }

    /// Begins the record and tells the study which run it is.
    init(
        _ prepared: TrialTraining.Prepared, trial: Trial, of study: Study, in store: Store,
        parent: (id: String, step: Int)? = nil
    ) throws {
        self.store = store
        let interval = try prepared.train.recording.interval()
        if let run = Self.taken(trial, in: store, prepared.source.parts.fingerprint) {
            session = RunSession(
                run, in: store, interval: interval, keepsBest: false, kept: 2, keepsOlder: false)
            let folder = RunSession.checkpoints(of: run, in: store)
            let entries = folder.entries
            state = entries.reversed().lazy.compactMap { try? TrainingState(path: $0.path) }.first
            if state == nil, !entries.isEmpty {
                Notice.say("run \(run.name): no checkpoint can be read; it begins anew")
            }
            let step = state?.progress.fit?.steps ?? 0
            session.recorder.reach(step)
            session.recorder.event("resumed", step: step, data: ["trial": .integer(trial.number)])
            return
        }
        let arguments = prepared.configuration.arguments
        var description = RunDescription(name: "\(study.name)-\(trial.number)")
        description.parent = parent
        description.command = ["kalsae", "train"] + arguments
        description.workingFolder = WorkingFolder.path
        description.version = KalsaeTool.configuration.version
        description.seed = UInt64(bitPattern: Int64(prepared.recipe.seed))
        description.dataFingerprint = prepared.source.parts.fingerprint
        description.configuration = try prepared.train.configuration(
            prepared.recipe, given: prepared.configuration)
        description.tags = [study.name] + prepared.train.recording.tag
        session = RunSession(
            try store.createRun(description), in: store, interval: interval, keepsBest: false,
            kept: 2, keepsOlder: false)
        state = nil
        try study.attach(run: session.run.id, to: trial)
    }

    /// The run of a trial that another worker began, taken up; nil where there is none to take up.
    private static func taken(_ trial: Trial, in store: Store, _ fingerprint: String) -> Run? {
        guard trial.isTakenOver, !trial.record.run.isEmpty,
            let run = try? store.run(trial.record.run)
        else { return nil }
        guard run.dataFingerprint == fingerprint else {
            Notice.say("trial \(trial.number) begins anew: its data are others than before")
            return nil
        }
        return try? store.reopen(run)
    }

    /// Writes the model and what was measured.
    func keep(_ outcome: TrainingRun.Outcome, _ prepared: TrialTraining.Prepared) throws {
        // No checkpoint may have made it.
        mkdir(store.folder(of: session.run), 0o777)
        let destination = try ModelDestination(
            output: modelPath, source: prepared.source, overwrite: true)
        try destination.save(outcome.file)
        session.recorder.note("test", outcome.test, step: outcome.history.steps)
        session.recorder.artifact(RunArtifact(name: "model", kind: "model", path: modelPath))
    }

    /// Notes the end; a model stays, and what only goes on with the training does not.
    func finish(_ end: RunState, note: String = "") {
        if !note.isEmpty {
            session.recorder.event(
                end.rawValue, step: session.recorder.step, data: ["reason": .string(note)])
        }
        session.finish(end)
        RunSession.checkpoints(of: session.run, in: store).removeAll(after: -1)
    }

    /// Notes that somebody else goes on later, from where the training is.
    func suspend(_ last: TrainingState?) { session.finish(.stopped, last: last) }
}
