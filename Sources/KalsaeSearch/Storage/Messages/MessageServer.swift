import Dispatch
import Glibc
import KalsaeDistributed
import KalsaeSupport
import Synchronization

/// Answers at rank 0 what the workers of the other ranks ask of its studies, on a thread of its own.
///
/// ```swift
/// let server = MessageServer(try Store(folder: "kalsae-runs"), for: group)
/// server.start()
/// // This rank may work too, on the same studies.
/// try server.finish()
/// ```
/// An error of a storage is the answer of who asked. A worker that says nothing for as long as
/// `KALSAE_WATCHDOG` says is told; where all that are left say nothing, the process ends with code 75.
public final class MessageServer: Sendable {
    private let group: any ProcessGroup
    private let studies: any StudyCatalog
    private let clock: @Sendable () -> Int
    private let state = Mutex(State())
    private let end = DispatchSemaphore(value: 0)

    private struct State {
        var isClosed = false
        var failure: KalsaeError?
        var isOver = false
    }

    /// A server of some studies.
    public convenience init(_ studies: any StudyCatalog, for group: any ProcessGroup) {
        self.init(studies, for: group, clock: { Clock.now })
    }

    /// The same with another clock, in milliseconds.
    package init(
        _ studies: any StudyCatalog, for group: any ProcessGroup,
        clock: @escaping @Sendable () -> Int
    ) {
        (self.studies, self.group, self.clock) = (studies, group, clock)
    }

    /// Begins to answer.
    public func start() {
        DispatchQueue(label: "kalsae.search.server").async {
            do throws(KalsaeError) {
                try self.serve()
            } catch { self.state.withLock { $0.failure = error } }
            self.state.withLock { $0.isOver = true }
            self.end.signal()
        }
    }

    /// Lets the workers leave once all want to: this rank needs no answers of theirs any more.
    public func close() { state.withLock { $0.isClosed = true } }

    /// Whether all workers have left, or an error ended it, which `finish` throws.
    public var isOver: Bool { state.withLock { $0.isOver } }

    /// Waits until all workers have left.
    public func finish() throws(KalsaeError) {
        close()
        end.wait()
        end.signal()
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func serve() throws(KalsaeError) {
        var clerk = MessageClerk(studies, size: group.size)
        var absence = try WorkerAbsence(group)
        var sent: [SentCopy] = []
        var idle = 0.0
        while !clerk.allHaveLeft {
            if let (rank, byteCount) = try group.probe(from: nil, tag: MessageTag.request) {
                let request = try group.receiveBytes(
                    byteCount, from: rank, tag: MessageTag.request, doing: "a request")
                clerk.mayLeave = state.withLock { $0.isClosed }
                let (tag, answer) = try clerk.answer(to: request, of: rank, clock: clock())
                for part in MessageFrame.parts(of: answer) {
                    sent.append(try group.sendCopy(of: part, to: rank, tag: tag))
                }
                absence.note(rank, patience: clerk.longestLease)
                idle = 0
            } else {
                idle += Self.pause(idle)
                absence.check(without: clerk.leaving)
            }
            try Self.free(&sent)
        }
        while !sent.isEmpty {
            _ = Self.pause(0)
            try Self.free(&sent)
        }
    }

    /// Sleeps: shortly behind a request, as another may come; later longer, since this rank's cores
    /// are for trainings. Returns the seconds.
    private static func pause(_ idle: Double) -> Double {
        let seconds = min(2e-3, max(2e-5, idle / 20))
        usleep(UInt32(seconds * 1e6))
        return seconds
    }

    private static func free(_ sent: inout [SentCopy]) throws(KalsaeError) {
        var index = 0
        while index < sent.count {
            if try sent[index].isDone() {
                sent.swapAt(index, sent.count - 1)
                sent.removeLast()
            } else {
                index += 1
            }
        }
    }
}
