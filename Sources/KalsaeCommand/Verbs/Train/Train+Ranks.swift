import ArgumentParser
import KalsaeSupport
import KalsaeTraining
import Synchronization

/// A training on several ranks.
extension Train {
    /// Throws for what one process does alone, and for fewer micro-batches than ranks.
    func checkRanks(_ ranks: Ranks) throws(KalsaeError) {
        guard ranks.count > 1 else { return }
        let alone = [
            ("--live", recording.live), ("--find-rate", findRate), ("--search", search != nil),
            ("--folds", splitting.folds != nil), ("--effort", effort != nil), ("-", data == "-"),
        ]
        if let option = alone.first(where: \.1)?.0 {
            throw KalsaeError(
                option, expected: "one process", got: "\(ranks.count)",
                advice: "start it without mpirun or srun")
        }
        guard let microBatches, microBatches < ranks.count else { return }
        throw KalsaeError(
            "--micro-batches", expected: "at least \(ranks.count), one for each rank",
            got: "\(microBatches)", advice: "or start fewer ranks")
    }

    /// Into how many parts a batch is cut: what was said, else the power of two that is enough for all
    /// ranks.
    func microBatches(for ranks: Ranks) -> Int {
        if let microBatches { return microBatches }
        var count = 1
        while count < ranks.count { count *= 2 }
        if count > 1 {
            Notice.say(
                "\(count) micro-batches a step, for \(ranks.count) ranks (--micro-batches); with "
                    + "as many, other numbers of ranks give the same bits")
        }
        return count
    }

    /// What ranks above 0 take part in.
    func followerOptions(_ ranks: Ranks) -> TrainingRun.Options {
        var options = TrainingRun.Options()
        options.group = ranks.group
        // The first rank of each host speaks for it.
        if let group = ranks.group, group.localRank == 0 {
            let name = group.name(of: group.rank)
            options.onFollowedStep = { step in
                StopLine.set("\(name) was told to stop behind step \(step)")
            }
        }
        return options
    }

    /// Called behind each step on rank 0, sees to what is said when a signal comes; nil in one process.
    func stopLine(_ ranks: Ranks, _ record: Recording?) -> (@Sendable (StepRecord) -> Void)? {
        guard let group = ranks.group else { return nil }
        let name = group.name(of: group.rank)
        let reached = LastCheckpoint(record)
        return { record in
            StopLine.set(
                "\(name) was told to stop behind step \(record.step): another rank ended, or "
                    + "somebody asked for it\(reached.text)")
        }
    }
}

/// The last checkpoint of a run, looked for once a second.
private final class LastCheckpoint: Sendable {
    private let folder: CheckpointFolder?
    private let name: String
    private let state = Mutex<(text: String, time: ContinuousClock.Instant?)>(("", nil))

    init(_ record: Recording?) {
        folder = record?.session.writer.folder
        name = record?.run.name ?? ""
    }

    var text: String {
        guard let folder else { return "; it is not recorded" }
        return state.withLock { state in
            if let time = state.time, time.duration(to: .now) < .seconds(1) { return state.text }
            let step = folder.entries.map(\.step).max()
            state = (
                step.map {
                    "; the last checkpoint is of step \($0), go on with: kalsae train --resume \(name)"
                } ?? "; there is no checkpoint yet", .now
            )
            return state.text
        }
    }
}
