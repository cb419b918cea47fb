import Foundation
import KalsaeRuns
import KalsaeSupport
import NIOCore
import Synchronization

/// Looks what changed in the store, on one thread for all live streams, and sends it to those whom it
/// concerns.
final class StreamHub: Sendable {
    private struct Reader {
        var sink: StreamSink
        var request: StreamRequest
        var isNew = true
    }

    private struct State {
        var readers: [Reader] = []
        var isStopped = false
        var isRunning = false
    }

    /// Seconds between two looks.
    private static let interval = 0.1

    private let folder: String
    private let limits: ServerLimits
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(folder: String, limits: ServerLimits) { (self.folder, self.limits) = (folder, limits) }

    /// How many streams there are.
    var count: Int { state.withLock { $0.readers.count } }

    /// Takes a reader in; false where there are too many. The first one starts the thread.
    func add(_ sink: StreamSink, _ request: StreamRequest) -> Bool {
        let starts = state.withLock { state -> Bool? in
            guard !state.isStopped, state.readers.count < limits.streams else { return nil }
            state.readers.append(Reader(sink: sink, request: request))
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard let starts else { return false }
        if starts {
            let thread = Thread { [self] in
                follow()
                ended.signal()
            }
            thread.name = "kalsae.streams"
            thread.start()
        }
        bell.signal()
        return true
    }

    /// Ends the thread.
    func stop() {
        let waits = state.withLock { state in
            state.isStopped = true
            return state.isRunning
        }
        bell.signal()
        if waits { ended.wait() }
    }

    private func follow() {
        var follower: StoreFollower?
        var log = StreamLog()
        while true {
            let isOver = state.withLock { state in
                state.readers.removeAll { $0.sink.isOver }
                return state.isStopped
            }
            if isOver { return }
            let readers = state.withLock { $0.readers }
            if readers.isEmpty {
                // Nobody looks: what was known is old by the next time.
                (follower, log) = (nil, StreamLog())
                bell.wait()
                continue
            }
            if follower == nil, let store = try? Store(folder: folder, for: .reading) {
                follower = StoreFollower(store)
            }
            do {
                try follower?.want(
                    runs: Set(readers.flatMap(\.request.runs)),
                    studies: Set(readers.compactMap(\.request.study)), from: log.number)
                let events = try follower?.changes() ?? []
                greet(readers.filter(\.isNew), log, follower)
                send(events, to: readers, &log)
            } catch {
                // A store that was moved or is damaged: the next look opens it anew.
                follower = nil
            }
            _ = bell.wait(timeout: .now() + Self.interval)
        }
    }

    /// Tells new readers where the stream is, and those that come again what they missed.
    private func greet(_ readers: [Reader], _ log: StreamLog, _ follower: StoreFollower?) {
        guard !readers.isEmpty else { return }
        for reader in readers {
            let request = reader.request
            var text = "retry: 1000\n"
            if let last = request.lastEvent {
                text += missed(behind: last, request, log, follower) ?? StreamLog.reset
            }
            text += "id: \(log.last)\nevent: ready\ndata: {}\n\n"
            reader.sink.send(ByteBuffer(string: text))
        }
        state.withLock { state in
            for index in state.readers.indices {
                let isGreeted = readers.contains { $0.sink === state.readers[index].sink }
                if isGreeted { state.readers[index].isNew = false }
            }
        }
    }

    /// What a reader missed since an event; nil where that is not known.
    private func missed(
        behind id: String, _ request: StreamRequest, _ log: StreamLog, _ follower: StoreFollower?
    ) -> String? {
        guard let seen = log.seen(id), let follower, request.study == nil,
            request.runs.allSatisfy({ follower.follows($0, since: seen) })
        else { return nil }
        return log.events(behind: seen) { $0.concerns(request) }
    }

    private func send(_ events: [StreamEvent], to readers: [Reader], _ log: inout StreamLog) {
        guard !events.isEmpty else { return }
        let texts = events.map { log.append($0) }
        // Readers of the same page share the bytes.
        var buffers: [StreamRequest: ByteBuffer?] = [:]
        for reader in readers {
            var request = reader.request
            request.lastEvent = nil
            if buffers[request] == nil {
                var text = ""
                for (event, part) in zip(events, texts) where event.concerns(request) {
                    text += part
                }
                buffers[request] = .some(text.isEmpty ? nil : ByteBuffer(string: text))
            }
            if let buffer = buffers[request] ?? nil { reader.sink.send(buffer) }
        }
    }
}
