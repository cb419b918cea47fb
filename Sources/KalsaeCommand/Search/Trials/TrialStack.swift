import KalsaeData
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining
import Synchronization

/// Trials of one structure that train together as one plan, each a recorded run of its own.
///
/// They have no checkpoints but where the process is asked to end: together they take no longer than
/// a single large one.
struct TrialStack {
    let study: Study
    let store: Store
    let plan: SearchPlan
    let deadline: SearchDeadline

    /// A trial with its training.
    typealias Entry = (trial: Trial, prepared: TrialTraining.Prepared)

    /// What a trial has beside its training.
    private struct Course: Sendable {
        let recording: TrialRecording
        let progress: TrialProgress

        /// Notes an epoch, and tells whether the trial goes on.
        func note(_ epoch: EpochRecord) -> Bool {
            let recorder = recording.session.recorder
            recorder.reach(epoch.steps)
            recorder.metric(
                "train/loss", step: epoch.steps, epoch: epoch.epoch, value: epoch.loss)
            recorder.note(
                "validation", epoch.validation, step: epoch.steps, epoch: epoch.epoch)
            return progress.goesOn(epoch)
        }
    }

    /// Trains them and tells the study what came of each.
    func run(_ entries: [Entry]) async throws {
        let begin = ContinuousClock.now
        let courses = try entries.map { trial, prepared in
            Course(
                recording: try TrialRecording(prepared, trial: trial, of: study, in: store),
                progress: TrialProgress(trial.record, of: study, plan.objectives[0]))
        }
        let deadline = deadline
        let onStep = { @Sendable (_: Int, _: StepRecord) in try deadline.check() }
        let onEpoch = { @Sendable (index: Int, epoch: EpochRecord) in courses[index].note(epoch) }
        let results: [Result<TrainingRun.Outcome, KalsaeError>]
        do {
            results = try await StackedRuns(entries.map(\.prepared.run)).run(
                onStep: onStep, onEpoch: onEpoch)
        } catch {
            // What fails as one fails alone too, with its own reason.
            for (entry, course) in zip(entries, courses) {
                course.recording.suspend(nil)
                try study.release(entry.trial)
            }
            throw error
        }
        let seconds = begin.duration(to: .now) / .seconds(1) / Double(entries.count)
        for ((entry, course), result) in zip(zip(entries, courses), results) {
            try end(entry, course, result, seconds)
        }
    }

    private func end(
        _ entry: Entry, _ course: Course, _ result: Result<TrainingRun.Outcome, KalsaeError>,
        _ seconds: Double
    ) throws {
        let trial = entry.trial
        trial.adopt(course.progress.reported)
        if course.progress.isLost { return course.recording.suspend(nil) }
        if Interrupt.isRequested || deadline.isOver {
            // Only what has reached its end is kept as that.
            guard case .success(let outcome) = result, !outcome.history.end.isStop else {
                course.recording.suspend(try? result.get().state)
                return try study.release(trial)
            }
        }
        do {
            let outcome = try result.get()
            if course.progress.isPruned {
                course.recording.finish(.stopped, note: "pruned")
                return try study.tell(trial, .pruned)
            }
            try course.recording.keep(outcome, entry.prepared)
            course.recording.finish(.finished)
            try study.tell(
                trial, .values(plan.objectives.map { $0.value(of: outcome, seconds: seconds) }))
        } catch let error as KalsaeError {
            guard !study.isLost(trial) else { return Notice.say(error.description) }
            course.recording.finish(.failed, note: error.description)
            try study.tell(trial, .failed(error.description))
        }
    }
}
