import NIOCore
import NIOPosix
import Synchronization

/// The requests of one kind: some at work on threads of their own, and some that wait.
///
/// Whoever closes the connection gives its place up at once.
final class RequestQueue: Sendable {
    private struct Entry {
        var request: DashboardRequest
        var promise: EventLoopPromise<DashboardResponse>
    }

    private struct State {
        var waiting: [Entry] = []
        var workers = 0
        var isEnding = false
    }

    private let (threads, limit): (Int, Int)
    private let pool: NIOThreadPool
    private let state = Mutex(State())
    private let answer: @Sendable (DashboardRequest) -> DashboardResponse
    private let dropped: @Sendable (DashboardRequest) -> Void

    /// - Parameters:
    ///   - threads: how many answer.
    ///   - limit: how many requests may be at work or wait.
    ///   - dropped: is told of requests that nobody answers.
    init(
        threads: Int, limit: Int,
        answer: @escaping @Sendable (DashboardRequest) -> DashboardResponse,
        dropped: @escaping @Sendable (DashboardRequest) -> Void
    ) {
        (self.threads, self.limit) = (threads, limit)
        (self.answer, self.dropped) = (answer, dropped)
        pool = NIOThreadPool(numberOfThreads: threads)
    }

    func start() { pool.start() }

    /// Takes a request in, or refuses it.
    func add(_ request: DashboardRequest, _ promise: EventLoopPromise<DashboardResponse>) {
        let entry = Entry(request: request, promise: promise)
        var (gone, starts): ([Entry], Bool) = ([], false)
        let fault = state.withLock { state -> HTTPFault? in
            guard !state.isEnding else { return Self.ending }
            gone = state.waiting.filter(\.request.presence.isGone)
            state.waiting.removeAll { $0.request.presence.isGone }
            guard state.waiting.count + state.workers < limit else {
                return HTTPFault(503, "expected at most \(limit) requests of this kind at a time")
            }
            state.waiting.append(entry)
            starts = state.workers < threads
            if starts { state.workers += 1 }
            return nil
        }
        for entry in gone { drop(entry, Self.left) }
        if let fault { drop(entry, fault) }
        if starts { pool.submit { self.work($0) } }
    }

    /// Refuses what waits, and waits for what is at work.
    func end() {
        let waiting = state.withLock { state in
            state.isEnding = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for entry in waiting { drop(entry, Self.ending) }
        try? pool.syncShutdownGracefully()
    }

    private func work(_ pool: NIOThreadPool.WorkItemState) {
        while let entry = next() {
            guard case .active = pool else {
                drop(entry, Self.ending)
                continue
            }
            guard !entry.request.presence.isGone else {
                drop(entry, Self.left)
                continue
            }
            entry.promise.succeed(answer(entry.request))
        }
    }

    private func next() -> Entry? {
        state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.workers -= 1
            return nil
        }
    }

    private func drop(_ entry: Entry, _ fault: HTTPFault) {
        dropped(entry.request)
        entry.promise.succeed(DashboardResponse(fault))
    }

    private static let ending = HTTPFault(503, "the server ends")
    private static let left = HTTPFault(503, "the connection was closed")
}
