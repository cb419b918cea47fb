import KalsaeRuns
import KalsaeSupport
import Synchronization

/// Stores opened for reading, one for each request at work; a store is opened for writing only where
/// a request changes something.
final class StoreReaders: Sendable {
    let folder: String
    private let free = Mutex<[Store]>([])

    init(folder: String) { self.folder = folder }

    /// Runs `body` with a store that nobody else uses meanwhile.
    func read<Result>(_ body: (Store) throws -> Result) throws -> Result {
        guard Store.exists(in: folder) else {
            throw HTTPFault(404, "\(folder): expected recorded runs, got none yet")
        }
        let store = try free.withLock { $0.popLast() } ?? Store(folder: folder, for: .reading)
        let result = try body(store)
        // After an error the next one opens it anew: the file may be another one now.
        free.withLock { free in
            if free.count < 4 { free.append(store) }
        }
        return result
    }

    /// Runs `body` with a store that may be written.
    func write<Result>(_ body: (Store) throws -> Result) throws -> Result {
        guard Store.exists(in: folder) else {
            throw HTTPFault(404, "\(folder): expected recorded runs, got none yet")
        }
        return try body(Store(folder: folder, for: .writing))
    }
}

extension Store {
    /// The run of an id; nothing else stands for a run in a path.
    func knownRun(_ id: String) throws -> Run {
        guard let known = try overview(of: id) else {
            throw HTTPFault(
                404, "run: expected the id of a run, got \(id.prefix(40).debugDescription)")
        }
        return try run(known.id)
    }
}
