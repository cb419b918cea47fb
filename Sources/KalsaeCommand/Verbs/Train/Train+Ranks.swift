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
    ///
    /// - Parameter batch: the rows of a batch.
    /// - Throws: where a batch has fewer rows than that.
    func microBatches(for ranks: Ranks, batch: Int) throws(KalsaeError) -> Int {
        if let microBatches { return microBatches }
        var count = 1
        while count < ranks.count { count *= 2 }
        if count > batch { count = ranks.count }
        try Self.check(microBatches: count, batch: batch)
        if count > 1 {
            Notice.say(
                "\(count) micro-batches a step, for \(ranks.count) ranks (--micro-batches); with "
                    + "as many, other numbers of ranks give the same bits")
        }
        return count
    }

    /// Throws for more micro-batches than a batch has rows.
    static func check(microBatches: Int, batch: Int) throws(KalsaeError) {
        guard microBatches > batch else { return }
        throw KalsaeError(
            "--micro-batches", expected: "at most \(batch), the rows of a batch",
            got: "\(microBatches)", advice: "give fewer, or a larger --batch")
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

    /// Sees to what is said when a signal comes: in one process at once, on rank 0 by what it gives, which
    /// is called behind each step.
    func stopLine(_ ranks: Ranks, _ record: Recording?) -> (@Sendable (StepRecord) -> Void)? {
        guard let group = ranks.group else {
            let kept = record == nil ? "the model" : "a checkpoint and the model"
            StopLine.announce("stops after this step, and writes \(kept)")
            return nil
        }
        let line = LeaderStopLine(group.name(of: group.rank), record)
        return { line.reach($0.step) }
    }
}

/// What rank 0 writes of a training, and what takes part in it.
struct TrainingOutput {
    var destination: ModelDestination
    var record: Recording?
    var options: TrainingRun.Options
}

/// What rank 0 says when a signal comes: how far the training is, and how it goes on.
private final class LeaderStopLine: Sendable {
    private let name: String
    private let command: String?
    private let state: Mutex<(step: Int, checkpoint: Int?)>

    init(_ name: String, _ record: Recording?) {
        (self.name, command) = (name, record?.resumeCommand)
        state = Mutex((0, record?.session.writer.folder.entries.map(\.step).max()))
        record?.session.observeCheckpoints { [weak self] step in
            self?.change { $0.checkpoint = max($0.checkpoint ?? 0, step) }
        }
    }

    func reach(_ step: Int) { change { $0.step = step } }

    private func change(_ body: (inout (step: Int, checkpoint: Int?)) -> Void) {
        state.withLock { state in
            body(&state)
            var text = "; it is not recorded"
            if let command {
                text =
                    state.checkpoint.map {
                        "; the last checkpoint is of step \($0), go on with: \(command)"
                    } ?? "; there is no checkpoint yet"
            }
            StopLine.set(
                "\(name) was told to stop behind step \(state.step): another rank ended, or "
                    + "somebody asked for it\(text)")
        }
    }
}
