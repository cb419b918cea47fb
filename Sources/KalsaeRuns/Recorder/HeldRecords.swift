import Glibc
import KalsaeSupport

/// What the recorder's thread took over and has not written yet.
struct HeldRecords {
    /// Points in one transaction, so that other writers get their turn.
    private static let portion = 16_384

    private var batch = RecorderBatch()
    private var lost = 0
    private var nextTry = 0
    private var failingSince: Int?
    private var isAbandoned = false
    private var hasReserve = true

    /// Whether the last write failed.
    var isFailing: Bool { failingSince != nil }

    /// Whether there is nothing left to write, or no use in trying.
    var isDone: Bool { isAbandoned || batch.isEmpty }

    /// Takes a batch over; of points that cannot be written, the newest are kept.
    mutating func take(_ next: RecorderBatch) {
        guard !isAbandoned else { return }
        batch.append(next)
        guard isFailing, batch.points.count > RunRecorder.capacity else { return }
        let excess = batch.points.count - RunRecorder.capacity * 3 / 4
        batch.points.removeFirst(excess)
        lost += excess
    }

    /// Writes all that is held, in portions; each that is written is told.
    mutating func write(
        to store: Store, _ run: Run, _ timing: RecorderTiming, isLast: Bool,
        say: (String) -> Void, onPortion: () -> Void
    ) {
        let now = Monotonic.milliseconds
        guard !batch.isEmpty, !isAbandoned, now >= nextTry || isLast else { return }
        do throws(KalsaeError) {
            while !batch.isEmpty {
                // What is rare comes first where space may not last for all points.
                let isTight = isLast && isFailing && !batch.records.isEmpty
                guard try writePortion(to: store, run, withoutPoints: isTight) else {
                    say("\(store.path): the run \(run.name) was deleted; it is not recorded")
                    isAbandoned = true
                    return
                }
                onPortion()
            }
            guard isFailing else { return }
            failingSince = nil
            let missing = lost > 0 ? ", but for \(lost) older points" : ""
            say("\(store.path): recording goes on\(missing)")
            if lost > 0 {
                let event = RunEvent(
                    "points-lost", step: 0, data: ["points": .integer(lost)])
                batch.records.append(.event(event))
                lost = 0
            }
        } catch {
            if failingSince == nil {
                failingSince = now
                say("\(error.description); the run goes on, and is recorded when it can be")
            }
            nextTry = now + timing.retry
            if isLast {
                // The space that was kept for this moment is worth one more try, however long it fails.
                guard !hasReserve else {
                    StoreReserve(store).giveUp()
                    hasReserve = false
                    return
                }
                guard now - (failingSince ?? now) < timing.patience else {
                    say("\(store.path): \(batch.points.count + lost) points were not recorded")
                    isAbandoned = true
                    return
                }
                usleep(100_000)
            }
        }
    }

    private mutating func writePortion(
        to store: Store, _ run: Run, withoutPoints: Bool
    ) throws(KalsaeError) -> Bool {
        var portion = batch
        let isAll = batch.points.count <= Self.portion
        if withoutPoints {
            portion.points = []
        } else if !isAll {
            portion.points = Array(batch.points.prefix(Self.portion))
            portion.records = []
        }
        let written = portion
        guard try store.write({ try written.write(to: $0, run: run.row) }) else { return false }
        if withoutPoints {
            batch.records = []
        } else if isAll {
            batch = RecorderBatch()
        } else {
            batch.points.removeFirst(Self.portion)
        }
        return true
    }
}

/// A clock that nobody sets.
enum Monotonic {
    static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
