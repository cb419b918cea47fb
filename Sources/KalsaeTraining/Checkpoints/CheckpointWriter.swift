import Dispatch
import KalsaeSupport
import Synchronization

/// Writes checkpoints beside the training, on a thread of its own.
///
/// Of checkpoints that come faster than the disc takes them the newest is written. Where the disc
/// takes none, training goes on: that is told once, the last good ones stay, and what comes later is
/// written again as soon as there is room.
public final class CheckpointWriter: Sendable {
    /// What a writer tells.
    public enum Event: Sendable {
        /// A checkpoint is on the disc.
        case written(CheckpointFolder.Entry, TrainingProgress)
        /// The disc refuses them; told for the first of several.
        case failed(KalsaeError)
        /// The disc takes them again.
        case recovered
    }

    /// Where they go.
    public let folder: CheckpointFolder
    private let kept: Int
    private let keepsOlder: Bool
    private let bytes: Int?
    private let tell: @Sendable (Event) -> Void
    private let queue = DispatchQueue(label: "kalsae.checkpoints", qos: .utility)
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        var last: TrainingState?
        var best: TrainingState?
        var hasFailed = false
    }

    /// Prepares a writer; nothing is written yet.
    ///
    /// - Parameters:
    ///   - folder: where they go.
    ///   - kept: how many of the newest stay beside the best one, at least 2; `.max` for all.
    ///   - keepsOlder: whether a selection of those before them stays, the denser the nearer to the
    ///     end: from any step the one before it is at most half as far back as the newest is ahead.
    ///   - bytes: how much room they may have together; nil for any.
    ///   - tell: called for each ``Event``, on the writer's thread.
    public init(
        _ folder: CheckpointFolder, kept: Int = 12, keepsOlder: Bool = true, bytes: Int? = nil,
        tell: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        (self.folder, self.kept, self.keepsOlder) = (folder, kept, keepsOlder)
        (self.bytes, self.tell) = (bytes, tell)
    }

    /// Writes a state soon; where there is no memory for a copy of it, those before it are written first, and
    /// let go of.
    ///
    /// - Parameter isBest: whether it is that of the best epoch, which stays beside the newest.
    public func write(_ state: TrainingState, isBest: Bool = false) {
        if state.byteCount > Memory.left { flush() }
        let isFirst = waiting.withLock { waiting in
            let isFirst = (isBest ? waiting.best : waiting.last) == nil
            if isBest { waiting.best = state } else { waiting.last = state }
            return isFirst
        }
        if isFirst { queue.async { self.writeWaiting(isBest: isBest) } }
    }

    /// Waits until all that was handed over is written, or was refused.
    public func flush() { queue.sync {} }

    private func writeWaiting(isBest: Bool) {
        let state = waiting.withLock { waiting in
            defer { if isBest { waiting.best = nil } else { waiting.last = nil } }
            return isBest ? waiting.best : waiting.last
        }
        guard let state else { return }
        let path = folder.path(step: state.progress.fit?.steps ?? 0, isBest: isBest)
        do {
            try folder.create()
            try state.save(to: path)
            folder.thin(to: kept, keepsOlder: keepsOlder, bytes: bytes)
            if waiting.withLock({ exchange(&$0.hasFailed, false) }) { tell(.recovered) }
            if let entry = folder.entries.first(where: { $0.path == path }) {
                tell(.written(entry, state.progress))
            }
        } catch {
            let error =
                error as? KalsaeError
                ?? KalsaeError(path, expected: "a checkpoint written", got: "\(error)")
            if !waiting.withLock({ exchange(&$0.hasFailed, true) }) { tell(.failed(error)) }
        }
    }
}

private func exchange(_ value: inout Bool, _ new: Bool) -> Bool {
    defer { value = new }
    return value
}
