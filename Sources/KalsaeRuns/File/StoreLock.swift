import Glibc
import KalsaeFiles
import KalsaeSupport

/// The file lock that a writer holds around each transaction.
///
/// SQLite alone lets waiting writers poll, so that one of many may wait for seconds; the system
/// hands this lock on in the order of asking, and takes it from a process that dies.
final class StoreLock: Sendable {
    private let file: Int32

    /// Opens or creates the lock's file.
    init(path: String) throws(KalsaeError) {
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .system(path, expected: "to write", code: errno) }
    }

    deinit { close(file) }

    /// Runs `body` while no other process or store holds the lock.
    func whileHeld<Result>(_ body: () throws -> Result) rethrows -> Result {
        // Where a file system has no such locks, SQLite's own still keep the file whole.
        while flock(file, LOCK_EX) != 0, errno == EINTR {}
        defer { flock(file, LOCK_UN) }
        return try body()
    }
}
