import Dispatch
import KalsaeSupport
import Synchronization

/// The thread beside a training that writes what it records and reads what it is told.
final class RecorderWorker: Sendable {
    private struct Inbox {
        var batch = RecorderBatch()
        var commands: [RunCommand] = []
        var isUrgent = false
        var isClosed = false
        var waiting: [DispatchSemaphore] = []
    }

    private let run: Run
    private let store: Store
    private let timing: RecorderTiming
    private let say: @Sendable (String) -> Void
    private let inbox = Mutex(Inbox())
    private let hasCommands = Atomic<Bool>(false)
    private let portions = Atomic<Int>(0)
    private let wakeUp = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(run: Run, store: Store, timing: RecorderTiming, say: @escaping @Sendable (String) -> Void)
    {
        (self.run, self.store, self.timing, self.say) = (run, store, timing, say)
    }

    // MARK: The side of the training

    func add(_ point: RecorderBatch.Point) {
        let count = inbox.withLock { inbox in
            inbox.batch.points.append(point)
            return inbox.batch.points.count
        }
        if count >= RunRecorder.capacity { waitForSpace() }
    }

    func add(_ record: RecorderBatch.Record) {
        inbox.withLock { inbox in
            inbox.batch.records.append(record)
            if case .answer = record { inbox.isUrgent = true }
        }
    }

    func takeCommands() -> [RunCommand] {
        guard hasCommands.load(ordering: .relaxed) else { return [] }
        return inbox.withLock { inbox in
            hasCommands.store(false, ordering: .relaxed)
            let commands = inbox.commands
            inbox.commands = []
            return commands
        }
    }

    func flush() {
        let done = DispatchSemaphore(value: 0)
        let isClosed = inbox.withLock { inbox in
            if !inbox.isClosed { inbox.waiting.append(done) }
            return inbox.isClosed
        }
        if isClosed { return }
        wakeUp.signal()
        done.wait()
    }

    func close() {
        inbox.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    func waitForEnd() {
        // Among many writers the last turn may be long in coming; but one that is stopped while it
        // holds the lock must not hold this process for ever.
        var before = -1
        while ended.wait(timeout: .now() + .seconds(60)) == .timedOut {
            let now = portions.load(ordering: .relaxed)
            guard now != before else {
                return say("\(store.path): another process holds it; the end is not recorded")
            }
            before = now
        }
        ended.signal()
    }

    private func waitForSpace() {
        while true {
            wakeUp.signal()
            let isFull = inbox.withLock { inbox in
                inbox.batch.points.count >= RunRecorder.capacity && !inbox.isClosed
            }
            if !isFull { return }
            _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(1))
        }
    }

    // MARK: The thread

    /// Runs until the recorder is closed and all is written, or given up.
    func loop() {
        StoreReserve(store).take()
        var held = HeldRecords()
        var (lastPoll, lastCommand) = (0, 0)
        var oldest: Int?
        while true {
            _ = wakeUp.wait(timeout: .now() + .milliseconds(timing.poll))
            let now = Monotonic.milliseconds
            let (isClosed, isUrgent, waiting, isFull) = inbox.withLock { inbox in
                let state = (
                    inbox.isClosed, inbox.isUrgent, inbox.waiting,
                    inbox.batch.points.count >= RunRecorder.capacity / 2
                )
                (inbox.isUrgent, inbox.waiting) = (false, [])
                if oldest == nil, !inbox.batch.isEmpty { oldest = now }
                return state
            }
            if now - lastPoll >= timing.poll, !isClosed {
                lastPoll = now
                poll(after: &lastCommand)
            }
            let isDue = oldest.map { now - $0 >= timing.flush - timing.poll } ?? false
            if isDue || isClosed || isUrgent || isFull || !waiting.isEmpty || held.isFailing {
                take(into: &held)
                oldest = nil
                held.write(to: store, run, timing, isLast: isClosed, say: say) {
                    portions.wrappingAdd(1, ordering: .relaxed)
                }
            }
            waiting.forEach { $0.signal() }
            if isClosed, held.isDone { break }
        }
        ended.signal()
    }

    private func take(into held: inout HeldRecords) {
        let batch = inbox.withLock { inbox in
            let batch = inbox.batch
            inbox.batch = RecorderBatch()
            return batch
        }
        held.take(batch)
    }

    private func poll(after last: inout Int) {
        let before = last
        let found = try? store.read { database in
            try Store.commands(database, run.row, pendingOnly: true, after: before)
        }
        guard let found, let newest = found.last else { return }
        last = newest.id
        inbox.withLock { $0.commands += found }
        hasCommands.store(true, ordering: .relaxed)
    }
}
