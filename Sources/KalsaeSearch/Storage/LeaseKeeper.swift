import Dispatch
import Synchronization

/// Renews the leases of the trials that a worker evaluates, beside them, for as long as it lives.
final class LeaseKeeper: Sendable {
    private struct State {
        var numbers: Set<Int> = []
        var hasBegun = false
        var isStopped = false
    }

    private let storage: any StudyStorage
    private let worker: String
    private let seconds: Double
    private let state = Mutex(State())
    private let end = DispatchSemaphore(value: 0)

    init(_ storage: any StudyStorage, _ worker: String, seconds: Double) {
        (self.storage, self.worker, self.seconds) = (storage, worker, seconds)
    }

    func add(_ number: Int) {
        let isFirst = state.withLock { state in
            state.numbers.insert(number)
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        if isFirst { DispatchQueue(label: "kalsae.search.leases").async { self.renew() } }
    }

    func remove(_ number: Int) { state.withLock { _ = $0.numbers.remove(number) } }

    func stop() {
        state.withLock { $0.isStopped = true }
        end.signal()
    }

    private func renew() {
        while end.wait(timeout: .now() + seconds / 3) == .timedOut {
            let numbers = state.withLock { $0.isStopped ? [] : $0.numbers.sorted() }
            guard !numbers.isEmpty else { continue }
            // A store that is busy or gone now may be there the next time, well within the lease.
            try? storage.renew(
                numbers, of: worker, until: Clock.now + Int(seconds * 1000))
        }
    }
}
